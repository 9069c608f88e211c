--- Highlight groups, each a default that a colour scheme or the user may change.
local M = {}

local function set()
  local dark = vim.o.background == "dark"
  vim.api.nvim_set_hl(0, "CrushValue", { default = true, link = "Comment" })
  vim.api.nvim_set_hl(0, "CrushValueStale", { default = true, link = "NonText" })
  vim.api.nvim_set_hl(0, "CrushOutput", { default = true, link = "DiagnosticOk" })
  vim.api.nvim_set_hl(0, "CrushFault", { default = true, link = "DiagnosticError" })
  vim.api.nvim_set_hl(0, "CrushMoment", { default = true, bg = dark and "#3d3a1c" or "#fff6c8" })
  vim.api.nvim_set_hl(0, "CrushFaultLine", { default = true, bg = dark and "#3b2023" or "#fbe3e1" })
  local shared, exclusive, conflict = "#1a6fc9", "#8a3fc4", "#c62f26"
  if dark then
    shared, exclusive, conflict = "#4fa3f7", "#c586f0", "#f4665d"
  end
  vim.api.nvim_set_hl(0, "CrushBorrowShared", { default = true, fg = shared })
  vim.api.nvim_set_hl(0, "CrushBorrowExclusive", { default = true, fg = exclusive })
  vim.api.nvim_set_hl(0, "CrushBorrowConflict", { default = true, fg = conflict })
  vim.api.nvim_set_hl(0, "CrushBorrowSharedTaken", { default = true, sp = shared, underline = true })
  vim.api.nvim_set_hl(0, "CrushBorrowExclusiveTaken", { default = true, sp = exclusive, underline = true })
  vim.api.nvim_set_hl(0, "CrushBorrowConflictTaken", { default = true, sp = conflict, underdashed = true })
  vim.api.nvim_set_hl(0, "CrushArenaTitle", { default = true, link = "Title" })
  vim.api.nvim_set_hl(0, "CrushArenaGroup", { default = true, link = "Statement" })
  vim.api.nvim_set_hl(0, "CrushArenaSlot", { default = true, link = "Identifier" })
  vim.api.nvim_set_hl(0, "CrushArenaShared", { default = true, link = "DiagnosticInfo" })
  vim.api.nvim_set_hl(0, "CrushArenaExclusive", { default = true, link = "Special" })
  vim.api.nvim_set_hl(0, "CrushArenaHelp", { default = true, link = "Comment" })
end

function M.define()
  set()
  vim.api.nvim_create_autocmd("ColorScheme", {
    group = vim.api.nvim_create_augroup("crush.highlights", {}),
    callback = set,
  })
end

return M
