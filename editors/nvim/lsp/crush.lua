-- Found by `vim.lsp.config`; change parts of it with `vim.lsp.config("crush", { … })`.
return require("crush.client").config()
