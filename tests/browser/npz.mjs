// Makes small .npz files: MedMNIST's layout with two classes that are easy to tell apart.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { zipSync } from "fflate";

/// An array in version 1 of the .npy format.
export function npy(dtype, shape, bytes, fortran = false) {
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(", ")})`;
  const dict = `{'descr': '${dtype}', 'fortran_order': ${fortran ? "True" : "False"}, 'shape': ${tuple}, }`;
  const header = dict.padEnd(Math.ceil((10 + dict.length + 1) / 64) * 64 - 11) + "\n";
  const length = Buffer.alloc(2);
  length.writeUInt16LE(header.length);
  return Buffer.concat([Buffer.from("\x93NUMPY\x01\x00", "latin1"), length, Buffer.from(header), Buffer.from(bytes)]);
}

/// Images of `side`² pixels: class 1 has a bright square, both have noise. 1 in 10 is of class 0.
function part(n, side, seed) {
  let state = seed;
  const random = () => (state = (state * 1103515245 + 12345) % 2147483648) / 2147483648;
  const images = Buffer.alloc(n * side * side);
  const labels = Buffer.alloc(n);
  for (let i = 0; i < n; i++) {
    labels[i] = i % 10 === 0 ? 0 : 1;
    const [left, top] = [4 + Math.floor(random() * (side - 16)), 4 + Math.floor(random() * (side - 16))];
    for (let p = 0; p < side * side; p++) {
      const [x, y] = [p % side, Math.floor(p / side)];
      const bright = labels[i] === 1 && x >= left && x < left + 8 && y >= top && y < top + 8;
      images[i * side * side + p] = (bright ? 160 : 60) + Math.floor(random() * 60);
    }
  }
  return { images: npy("|u1", [n, side, side], images), labels: npy("|u1", [n, 1], labels) };
}

/// Members of a small valid file.
export function members() {
  const all = {};
  for (const [name, n, seed] of [["train", 960, 1], ["val", 60, 2], ["test", 60, 3]]) {
    const { images, labels } = part(n, 28, seed);
    all[`${name}_images.npy`] = images;
    all[`${name}_labels.npy`] = labels;
  }
  return all;
}

/// Members of a file with very many validation images, of which there are few different ones, so that it is small.
export function manyToValidate(n) {
  const few = part(30, 28, 4);
  const repeated = (array, length, shape) => {
    const bytes = Buffer.alloc(n * length);
    for (let i = 0; i < n; i++) array.copy(bytes, i * length, array.length - (30 - (i % 30)) * length, array.length - (29 - (i % 30)) * length || undefined);
    return npy("|u1", [n, ...shape], bytes);
  };
  return { ...members(), "val_images.npy": repeated(few.images, 784, [28, 28]), "val_labels.npy": repeated(few.labels, 1, [1]) };
}

/// Members as an archive.
export const archive = (members) => Buffer.from(zipSync(members, { level: 6 }));

const XRAYS = "pneumoniamnist-imbalanced.npz";
const path = join(process.env.PETRI_TEST_DATA ?? "", XRAYS);

/// What the CNN is tried with: real X-rays, where they are, and squares that anybody can make. A test of the former is
/// skipped where there are none, and counted as such.
export const IMAGES = [
  {
    title: "X-rays",
    name: XRAYS,
    missing: existsSync(path) ? "" : `${XRAYS} is not in PETRI_TEST_DATA`,
    bytes: () => readFileSync(path),
    samples: 3882,
  },
  { title: "bright squares", name: "squares.npz", missing: "", bytes: () => archive(members()), samples: 960 },
];
