if vim.g.loaded_crush then
  return
end
vim.g.loaded_crush = true

if vim.fn.has("nvim-0.11") == 0 then
  vim.notify_once("crush: Neovim 0.11 or later is needed", vim.log.levels.ERROR)
  return
end

require("crush.highlights").define()
require("crush.commands").define()
require("crush.client").enable()
