//! Makes a wasm module smaller to send and leaves what it does as it is: equal functions become one, and functions that
//! resemble each other stand side by side, where a compressor finds the likeness at a short distance.

use std::collections::HashMap;
use std::convert::Infallible;
use std::ops::Range;

use anyhow::{Result, bail};
use wasm_encoder::reencode::{Error, Reencode};
use wasm_encoder::{CodeSection, FunctionSection, Module};
use wasmparser::{CodeSectionReader, FunctionSectionReader, Parser, Payload, TypeRef, Validator, WasmFeatures};

/// The same module with equal functions merged and the others in the order of their likeness.
pub(crate) fn packed(wasm: &[u8]) -> Result<Vec<u8>> {
    let mut wasm = wasm.to_vec();
    // Functions that differ only in which of two equal functions they call are equal in the next round.
    loop {
        let functions = Functions::read(&wasm)?;
        let Some(moves) = functions.without_copies(&wasm) else { break };
        wasm = moves.apply(&wasm)?;
    }
    let functions = Functions::read(&wasm)?;
    let order = functions.by_likeness(&wasm);
    let packed = functions.in_order(order).apply(&wasm)?;
    Validator::new_with_features(WasmFeatures::all()).validate_all(&packed)?;
    Ok(packed)
}

/// The functions that a module defines.
struct Functions {
    /// How many functions are imported: they come first in the numbering.
    imported: usize,
    /// Type of each function.
    types: Vec<u32>,
    /// Where the body of each function lies in the module.
    bodies: Vec<Range<usize>>,
}

impl Functions {
    fn read(wasm: &[u8]) -> Result<Self> {
        let mut found = Self { imported: 0, types: Vec::new(), bodies: Vec::new() };
        for payload in Parser::new(0).parse_all(wasm) {
            match payload? {
                Payload::ImportSection(imports) => {
                    for import in imports.into_imports() {
                        found.imported += usize::from(matches!(import?.ty, TypeRef::Func(_) | TypeRef::FuncExact(_)));
                    }
                }
                Payload::FunctionSection(section) => found.types = section.into_iter().collect::<Result<_, _>>()?,
                Payload::CodeSectionEntry(body) => {
                    let range = body.range();
                    found.bodies.push(range.start as usize..range.end as usize);
                }
                _ => {}
            }
        }
        if found.types.len() != found.bodies.len() {
            bail!("{} functions have a type, {} a body", found.types.len(), found.bodies.len());
        }
        Ok(found)
    }

    /// What makes of each set of equal functions one; `None` if no two are equal.
    fn without_copies(&self, wasm: &[u8]) -> Option<Moves> {
        let mut first: HashMap<(u32, &[u8]), usize> = HashMap::new();
        let mut kept = Vec::new();
        let mut place = Vec::with_capacity(self.bodies.len());
        for (i, body) in self.bodies.iter().enumerate() {
            let new = *first.entry((self.types[i], &wasm[body.clone()])).or_insert_with(|| {
                kept.push(i);
                kept.len() - 1
            });
            place.push(new);
        }
        (kept.len() < place.len()).then(|| self.moves(kept, &place))
    }

    /// What puts the functions into `order`.
    fn in_order(&self, order: Vec<usize>) -> Moves {
        let mut place = vec![0; order.len()];
        for (new, old) in order.iter().enumerate() {
            place[*old] = new;
        }
        self.moves(order, &place)
    }

    fn moves(&self, kept: Vec<usize>, place: &[usize]) -> Moves {
        let imported = 0..self.imported;
        let index = imported.chain(place.iter().map(|p| p + self.imported)).map(|i| i as u32).collect();
        Moves { kept, index }
    }

    /// The functions in a chain in which each is followed by the one, of those that are left, that is most like it.
    fn by_likeness(&self, wasm: &[u8]) -> Vec<usize> {
        let sketches: Vec<Sketch> = self.bodies.iter().map(|body| sketch(&wasm[body.clone()])).collect();
        let mut buckets: HashMap<(usize, u32), Vec<usize>> = HashMap::new();
        for (i, sketch) in sketches.iter().enumerate() {
            for (row, value) in sketch.iter().enumerate() {
                buckets.entry((row, *value)).or_default().push(i);
            }
        }
        let mut by_size: Vec<usize> = (0..self.bodies.len()).collect();
        by_size.sort_by_key(|i| self.bodies[*i].len());
        let mut placed = vec![false; self.bodies.len()];
        let mut order = Vec::with_capacity(self.bodies.len());
        let mut votes: Vec<u32> = vec![0; self.bodies.len()];
        for start in by_size {
            let mut next = Some(start).filter(|i| !placed[*i]);
            while let Some(current) = next {
                placed[current] = true;
                order.push(current);
                let mut seen = Vec::new();
                for (row, value) in sketches[current].iter().enumerate() {
                    let Some(bucket) = buckets.get_mut(&(row, *value)) else { continue };
                    bucket.retain(|i| !placed[*i]);
                    for i in bucket.iter().take(BUCKET) {
                        votes[*i] += 1;
                        seen.push(*i);
                    }
                }
                // Of equally like ones the first, so that the order is the same in every build.
                next = seen.iter().copied().filter(|i| votes[*i] >= LIKE).max_by_key(|i| (votes[*i], usize::MAX - i));
                for i in seen {
                    votes[i] = 0;
                }
            }
        }
        order
    }
}

/// Rows of a sketch: the part of equal rows estimates the likeness of two functions.
const ROWS: usize = 64;
/// Length in bytes of the pieces that are compared.
const PIECE: usize = 4;
/// From so many equal rows on functions count as alike.
const LIKE: u32 = 3;
/// Candidates that are looked at for a row.
const BUCKET: usize = 256;

type Sketch = [u32; ROWS];

/// The smallest hashes of all pieces of a function's body, under one hash function a row (MinHash: Broder, "On the
/// resemblance and containment of documents", 1997).
fn sketch(body: &[u8]) -> Sketch {
    let mut rows = [u32::MAX; ROWS];
    for piece in body.windows(PIECE.min(body.len()).max(1)) {
        let key = piece.iter().fold(0xcbf2_9ce4_8422_2325_u64, |h, byte| (h ^ u64::from(*byte)).wrapping_mul(0x100_0000_01b3));
        let mut factor = 1u64;
        for row in &mut rows {
            // An odd factor for each row, multiply and take the high bits (Dietzfelbinger and others, 1997).
            factor = factor.wrapping_mul(0x5851_f42d_4c95_7f2d);
            *row = (*row).min((key.wrapping_mul(factor) >> 32) as u32);
        }
    }
    rows
}

/// A new numbering of a module's functions.
struct Moves {
    /// Functions that stay, in their new order, by their old position among the defined ones.
    kept: Vec<usize>,
    /// New index of each function, the imported ones first.
    index: Vec<u32>,
}

impl Moves {
    fn apply(mut self, wasm: &[u8]) -> Result<Vec<u8>> {
        let mut module = Module::new();
        self.parse_core_module(&mut module, Parser::new(0), wasm)?;
        Ok(module.finish())
    }
}

impl Reencode for Moves {
    type Error = Infallible;

    fn function_index(&mut self, function: u32) -> Result<u32, Error> {
        Ok(self.index[function as usize])
    }

    fn parse_function_section(
        &mut self,
        functions: &mut FunctionSection,
        section: FunctionSectionReader<'_>,
    ) -> Result<(), Error> {
        let types: Vec<u32> = section.into_iter().collect::<Result<_, _>>()?;
        for old in &self.kept {
            functions.function(types[*old]);
        }
        Ok(())
    }

    fn parse_code_section(&mut self, code: &mut CodeSection, section: CodeSectionReader<'_>) -> Result<(), Error> {
        let bodies: Vec<_> = section.into_iter().collect::<Result<_, _>>()?;
        for old in self.kept.clone() {
            self.parse_function_body(code, bodies[old].clone())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use wasm_encoder::{
        ConstExpr, ElementSection, Elements, EntityType, ExportKind, ExportSection, Function, ImportSection, RefType,
        TableSection, TableType, TypeSection, ValType,
    };
    use wasmparser::{ElementItems, Operator};

    /// Functions that give numbers: two equal ones, two that differ only in which of these they call, one that calls
    /// both and the imported one, and another.
    fn module() -> Vec<u8> {
        let mut module = Module::new();
        let mut types = TypeSection::new();
        types.ty().function([], [ValType::I32]);
        module.section(&types);
        let mut imports = ImportSection::new();
        imports.import("env", "given", EntityType::Function(0));
        module.section(&imports);
        let mut functions = FunctionSection::new();
        let mut code = CodeSection::new();
        let mut add = |write: &dyn Fn(&mut Function)| {
            functions.function(0);
            let mut function = Function::new([]);
            write(&mut function);
            function.instructions().end();
            code.function(&function);
        };
        for callee in [None, None, Some(1), Some(2)] {
            add(&|f| match callee {
                None => {
                    f.instructions().i32_const(7);
                }
                Some(callee) => {
                    f.instructions().call(callee).i32_const(1).i32_add();
                }
            });
        }
        add(&|f| {
            f.instructions().call(3).call(4).i32_add().call(0).i32_add();
        });
        add(&|f| {
            f.instructions().i32_const(9);
        });
        module.section(&functions);
        let mut tables = TableSection::new();
        tables.table(TableType { element_type: RefType::FUNCREF, table64: false, minimum: 4, maximum: None, shared: false });
        module.section(&tables);
        let mut exports = ExportSection::new();
        for (name, function) in [("first", 3), ("second", 4), ("all", 5)] {
            exports.export(name, ExportKind::Func, function);
        }
        module.section(&exports);
        let mut elements = ElementSection::new();
        elements.active(None, &ConstExpr::i32_const(0), Elements::Functions(vec![1, 2, 6, 0].into()));
        module.section(&elements);
        module.section(&code);
        module.finish()
    }

    /// What a function of such a module gives; the imported one gives 100.
    fn value(wasm: &[u8], function: u32) -> i32 {
        let functions = Functions::read(wasm).expect("a module");
        let Some(own) = (function as usize).checked_sub(functions.imported) else { return 100 };
        let body = &wasm[functions.bodies[own].clone()];
        let reader = wasmparser::FunctionBody::new(wasmparser::BinaryReader::new(body, 0));
        let mut stack = Vec::new();
        for operator in reader.get_operators_reader().expect("operators") {
            match operator.expect("an operator") {
                Operator::I32Const { value } => stack.push(value),
                Operator::Call { function_index } => stack.push(value(wasm, function_index)),
                Operator::I32Add => {
                    let right = stack.pop().expect("two numbers");
                    *stack.last_mut().expect("two numbers") += right;
                }
                Operator::End => {}
                other => panic!("{other:?}"),
            }
        }
        stack[0]
    }

    /// What everything gives that can be reached from outside: exports by name, the table by place.
    fn outside(wasm: &[u8]) -> BTreeMap<String, i32> {
        let mut all = BTreeMap::new();
        for payload in Parser::new(0).parse_all(wasm) {
            match payload.expect("valid") {
                Payload::ExportSection(exports) => {
                    for export in exports {
                        let export = export.expect("an export");
                        all.insert(export.name.to_owned(), value(wasm, export.index));
                    }
                }
                Payload::ElementSection(elements) => {
                    for element in elements {
                        let ElementItems::Functions(items) = element.expect("elements").items else { panic!("functions") };
                        for (place, function) in items.into_iter().enumerate() {
                            all.insert(format!("table {place}"), value(wasm, function.expect("an index")));
                        }
                    }
                }
                _ => {}
            }
        }
        all
    }

    #[test]
    fn equal_functions_become_one_and_everything_still_gives_what_it_gave() {
        let before = module();
        let after = packed(&before).expect("packed");
        assert_eq!(Functions::read(&before).expect("a module").bodies.len(), 6);
        assert_eq!(Functions::read(&after).expect("a module").bodies.len(), 4);
        let expected =
            [("first", 8), ("second", 8), ("all", 116), ("table 0", 7), ("table 1", 7), ("table 2", 9), ("table 3", 100)];
        assert_eq!(outside(&before), expected.map(|(name, value)| (name.to_owned(), value)).into());
        assert_eq!(outside(&after), outside(&before));
    }

    #[test]
    fn like_stands_beside_like() {
        // Two kinds of bodies in turn, of which no two are equal.
        let body = |i: u8| {
            let kind = if i.is_multiple_of(2) { 40..80u8 } else { 90..130u8 };
            kind.map(move |byte| if byte.is_multiple_of(16) { byte.wrapping_add(i) } else { byte }).collect::<Vec<u8>>()
        };
        let wasm: Vec<u8> = (0..10).flat_map(body).collect();
        let functions = Functions { imported: 0, types: vec![0; 10], bodies: (0..10).map(|i| i * 40..(i + 1) * 40).collect() };
        let order = functions.by_likeness(&wasm);
        let turns = order.windows(2).filter(|pair| pair[0] % 2 != pair[1] % 2).count();
        assert_eq!(turns, 1, "{order:?}");
        let mut all = order;
        all.sort_unstable();
        assert!(all.into_iter().eq(0..10), "each once");
    }
}
