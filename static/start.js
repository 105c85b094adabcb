// Runs before anything is shown: the map is not shown to those who come for another page, and the chosen
// colours are there from the start.
const root = document.documentElement;
root.dataset.script = "runs";
if (/^#\/(lab|lesson\/)/.test(location.hash)) root.dataset.page = "other";
try {
  // Earlier versions stored the name in quotes.
  root.dataset.theme = (localStorage.getItem("petri.theme") ?? "auto").replaceAll('"', "");
} catch {
  // Without storage the colours are the system's.
}
