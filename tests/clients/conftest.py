"""Sessions of a client that knows the protocol and nothing of CRUSH, once as each of several editors introduces itself."""

import os
import pathlib

import pytest
import pytest_lsp
from lsprotocol import types
from pytest_lsp import ClientServerConfig, LanguageClient, client_capabilities

EDITORS = ["neovim", "visual_studio_code", "emacs"]

TOOLS = """\
fn double(x) {
    return x * 2
}
"""

MAIN = """\
import tools
let prices = [1, 2]
for price in prices {
    prices.push(price)
}
print(tools.double(len(prices)))
"""


@pytest.fixture
def folder(tmp_path: pathlib.Path) -> pathlib.Path:
    """A workspace, in a folder as people have them."""
    folder = tmp_path / "my shop 🛒"
    folder.mkdir()
    (folder / "tools.crush").write_text(TOOLS)
    (folder / "main.crush").write_text(MAIN)
    return folder


@pytest_lsp.fixture(
    params=EDITORS,
    config=ClientServerConfig(server_command=[os.environ["CRUSH_ANALYZER"], "lsp"]),
)
async def client(request, lsp_client: LanguageClient, folder: pathlib.Path):
    """A client that has shaken hands, and says goodbye at the end."""
    # The client itself knows nothing of registrations; an editor that says it takes them does.
    lsp_client.feature(types.CLIENT_REGISTER_CAPABILITY)(lambda params: None)
    await lsp_client.initialize_session(
        types.InitializeParams(
            capabilities=client_capabilities(request.param),
            workspace_folders=[types.WorkspaceFolder(uri=folder.as_uri(), name="shop")],
            root_uri=folder.as_uri(),
        )
    )
    yield
    await lsp_client.shutdown_session()
