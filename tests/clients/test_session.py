"""What somebody does in an editor: open, edit, look, complete, rename, fix, format, close."""

import asyncio

import pytest
from lsprotocol import types
from pytest_lsp import LanguageClient

from conftest import MAIN

# How many seconds a wait may take before it fails: much longer than anything takes, also on a busy machine.
PATIENCE = 30


def position(text: str, needle: str, skip: int = 0) -> types.Position:
    """Where `needle` begins, and `skip` characters on. All texts here have columns of one unit a character."""
    before = text[: text.index(needle) + skip]
    return types.Position(line=before.count("\n"), character=len(before) - (before.rfind("\n") + 1))


def span(text: str, needle: str) -> types.Range:
    return types.Range(start=position(text, needle), end=position(text, needle, len(needle)))


def applied(text: str, edits) -> str:
    """The text after edits, none of which touches another."""
    lines = text.split("\n")
    offset = lambda at: sum(len(line) + 1 for line in lines[: at.line]) + at.character
    for edit in sorted(edits, key=lambda edit: offset(edit.range.start), reverse=True):
        text = text[: offset(edit.range.start)] + edit.new_text + text[offset(edit.range.end) :]
    return text


def edits_of(edit: types.WorkspaceEdit) -> dict:
    """The edits of each file, in whichever of the two ways they are told."""
    if edit.document_changes:
        return {change.text_document.uri: change.edits for change in edit.document_changes}
    return dict(edit.changes or {})


class Document:
    """A document that is open, and what is done with it."""

    def __init__(self, client: LanguageClient, uri: str, text: str):
        self.client, self.uri, self.text, self.version = client, uri, text, 1
        item = types.TextDocumentItem(uri=uri, language_id="crush", version=1, text=text)
        client.text_document_did_open(types.DidOpenTextDocumentParams(text_document=item))

    @property
    def id(self) -> types.TextDocumentIdentifier:
        return types.TextDocumentIdentifier(uri=self.uri)

    def replace(self, old: str, new: str):
        self.version += 1
        change = types.TextDocumentContentChangePartial(range=span(self.text, old), text=new)
        self.text = self.text.replace(old, new, 1)
        self.client.text_document_did_change(
            types.DidChangeTextDocumentParams(
                text_document=types.VersionedTextDocumentIdentifier(uri=self.uri, version=self.version),
                content_changes=[change],
            )
        )

    async def codes(self, wanted: list) -> list:
        """The diagnostics that are pushed, without hints, once they have these codes."""
        found = []
        try:
            async with asyncio.timeout(PATIENCE):
                while True:
                    told = self.client.diagnostics.get(self.uri, [])
                    found = [it for it in told if it.severity != types.DiagnosticSeverity.Hint]
                    if [diagnostic.code for diagnostic in found] == wanted:
                        return found
                    await self.client.wait_for_notification("textDocument/publishDiagnostics")
        except TimeoutError:
            raise AssertionError(f"{found} instead of {wanted}") from None


def opened(client: LanguageClient, folder, name="main.crush") -> Document:
    path = folder / name
    return Document(client, path.as_uri(), path.read_text())


@pytest.mark.asyncio
async def test_diagnostics_follow_what_is_typed(client: LanguageClient, folder):
    document = opened(client, folder)
    found = await document.codes(["changed-while-iterated"])
    assert found[0].range.start.line == 3
    assert found[0].code_description.href.endswith("changed-while-iterated.md")
    document.replace("prices.push(price)", "print(price)")
    await document.codes([])
    document.replace("print(price)", "print(prize)")
    await document.codes(["unknown-name"])


@pytest.mark.asyncio
async def test_hover_and_definition_lead_into_another_file(client: LanguageClient, folder):
    document = opened(client, folder)
    at = position(document.text, "double", 2)
    hover = await client.text_document_hover_async(types.HoverParams(text_document=document.id, position=at))
    assert "double(x)" in hover.contents.value
    found = await client.text_document_definition_async(
        types.DefinitionParams(text_document=document.id, position=at)
    )
    [place] = found if isinstance(found, list) else [found]
    uri = getattr(place, "uri", None) or place.target_uri
    assert uri == (folder / "tools.crush").as_uri()


@pytest.mark.asyncio
async def test_completion_offers_what_is_there_and_resolves_it(client: LanguageClient, folder):
    document = opened(client, folder)
    document.replace("print(tools", "prices.\nprint(tools")
    found = await client.text_document_completion_async(
        types.CompletionParams(text_document=document.id, position=position(document.text, "prices.\n", 7))
    )
    items = found.items if isinstance(found, types.CompletionList) else found
    [push] = [item for item in items if item.label == "push"]
    assert (await client.completion_item_resolve_async(push)).label == "push"
    document.replace("prices.\nprint(tools", "str.to_upper(\nprint(tools")
    help = await client.text_document_signature_help_async(
        types.SignatureHelpParams(text_document=document.id, position=position(document.text, "str.to_upper(", 13))
    )
    assert help.signatures[0].label.startswith("str.to_upper(")


@pytest.mark.asyncio
async def test_a_rename_reaches_every_file(client: LanguageClient, folder):
    document = opened(client, folder)
    at = position(document.text, "double", 2)
    prepared = await client.text_document_prepare_rename_async(
        types.PrepareRenameParams(text_document=document.id, position=at)
    )
    assert prepared is not None
    edit = await client.text_document_rename_async(
        types.RenameParams(text_document=document.id, position=at, new_name="twice")
    )
    edits = edits_of(edit)
    assert "tools.twice(" in applied(document.text, edits[document.uri])
    tools = folder / "tools.crush"
    assert "fn twice(x)" in applied(tools.read_text(), edits[tools.as_uri()])


@pytest.mark.asyncio
async def test_fixes_and_refactorings_are_offered(client: LanguageClient, folder):
    document = opened(client, folder)
    found = await document.codes(["changed-while-iterated"])
    actions = await client.text_document_code_action_async(
        types.CodeActionParams(
            text_document=document.id,
            range=found[0].range,
            context=types.CodeActionContext(diagnostics=found, only=[types.CodeActionKind.QuickFix]),
        )
    )
    copy = next(action for action in actions if action.title == "iterate over a copy")
    fixed = applied(document.text, edits_of(copy.edit)[document.uri])
    assert "for price in prices[:] {" in fixed
    actions = await client.text_document_code_action_async(
        types.CodeActionParams(
            text_document=document.id,
            range=span(document.text, "len(prices)"),
            context=types.CodeActionContext(diagnostics=[], only=[types.CodeActionKind.RefactorExtract]),
        )
    )
    variable = next(action for action in actions if "variable" in action.title)
    changed = applied(document.text, edits_of(variable.edit)[document.uri])
    assert "= len(prices)\n" in changed


@pytest.mark.asyncio
async def test_formatting_prints_the_one_style(client: LanguageClient, folder):
    document = opened(client, folder)
    document.replace("let prices = [1, 2]", "let  prices=[1,2,]")
    options = types.FormattingOptions(tab_size=2, insert_spaces=False)
    edits = await client.text_document_formatting_async(
        types.DocumentFormattingParams(text_document=document.id, options=options)
    )
    assert applied(document.text, edits) == MAIN


@pytest.mark.asyncio
async def test_symbols_tokens_and_hints_are_there(client: LanguageClient, folder):
    document = opened(client, folder)
    symbols = await client.workspace_symbol_async(types.WorkspaceSymbolParams(query="dbl"))
    assert [symbol.name for symbol in symbols] == ["double"]
    outline = await client.text_document_document_symbol_async(types.DocumentSymbolParams(text_document=document.id))
    assert [symbol.name for symbol in outline] == ["tools"]
    tokens = await client.text_document_semantic_tokens_full_async(
        types.SemanticTokensParams(text_document=document.id)
    )
    assert len(tokens.data) % 5 == 0 and tokens.data
    whole = types.Range(start=types.Position(0, 0), end=types.Position(document.text.count("\n"), 0))
    hints = await client.text_document_inlay_hint_async(
        types.InlayHintParams(text_document=document.id, range=whole)
    )
    assert hints is not None


@pytest.mark.asyncio
async def test_a_document_that_is_no_file_is_as_good_as_any(client: LanguageClient):
    document = Document(client, "untitled:Untitled-1", "let x = 1\nprint(y)\n")
    await document.codes(["unknown-name"])
    client.text_document_did_close(types.DidCloseTextDocumentParams(text_document=document.id))
    await document.codes([])
