-- What a user would have: the packaged plugin on the runtime path, the server by option.
-- Everything is given by the environment: see `cargo xtask e2e nvim`.
vim.opt.runtimepath:prepend(assert(vim.env.CRUSH_PLUGIN))
vim.opt.runtimepath:append(vim.fs.joinpath(vim.env.CRUSH_PLUGIN, "after"))
if vim.env.CRUSH_NVIM_DAP then
  vim.opt.runtimepath:append(vim.env.CRUSH_NVIM_DAP)
end
vim.o.columns = 120
vim.o.lines = 45
vim.o.swapfile = false
vim.o.termguicolors = true
vim.cmd.syntax("off")
require("crush").setup({
  server = vim.env.CRUSH_SERVER,
  trusted = ({ yes = true, ask = "ask" })[vim.env.CRUSH_TRUSTED or "yes"],
})
