// What an extension can do at once: a report by a regular expression, text beside a line, a word into a panel. No server,
// no analysis, no run. How long the editor takes to show that is its own part of every figure.

const vscode = require("vscode");

exports.activate = ({ subscriptions }) => {
  const reports = vscode.languages.createDiagnosticCollection("baseline");
  const beside = vscode.window.createTextEditorDecorationType({ after: { margin: "0 0 0 2em" } });

  const report = (document) => {
    if (document.languageId !== "crush") {
      return;
    }
    const found = [...document.getText().matchAll(/first\.push|=let/g)].map(({ index, 0: text }) => {
      const range = new vscode.Range(document.positionAt(index), document.positionAt(index + text.length));
      return new vscode.Diagnostic(range, "found", vscode.DiagnosticSeverity.Error);
    });
    reports.set(document.uri, found);
  };

  const write = (document) => {
    const editor = vscode.window.visibleTextEditors.find((it) => it.document === document);
    const values = [...document.getText().matchAll(/let (\w+) = (\d+)$/gm)].map(({ index, 0: text, 1: name, 2: value }) => {
      const end = document.positionAt(index + text.length);
      return { range: new vscode.Range(end, end), renderOptions: { after: { contentText: `${name} = ${value}` } } };
    });
    editor?.setDecorations(beside, values);
  };

  let panel;
  let steps = 0;
  const open = () => {
    const where = { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true };
    panel = vscode.window.createWebviewPanel("baseline", "Baseline", where, { enableScripts: true });
    panel.webview.html = `<h1 id="headline">0</h1><script>
      addEventListener("message", ({ data }) => (document.getElementById("headline").textContent = data));
    </script>`;
  };

  subscriptions.push(
    reports,
    beside,
    vscode.workspace.onDidOpenTextDocument(report),
    vscode.workspace.onDidChangeTextDocument(({ document }) => report(document)),
    vscode.workspace.onDidSaveTextDocument(write),
    vscode.commands.registerCommand("baseline.panel", open),
    vscode.commands.registerCommand("baseline.step", () => panel?.webview.postMessage(String(++steps))),
  );
  vscode.workspace.textDocuments.forEach(report);
};
