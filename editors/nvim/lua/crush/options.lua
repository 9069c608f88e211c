local M = {}

---@class crush.Options
---@field server? string path of crush-analyzer; nil: the one on PATH
---@field trusted? "ask"|boolean|fun(root: string): boolean may programs under `root` be run
---@field evaluate_on_save? boolean
---@field instructions? integer quota of a background run
---@field milliseconds? integer quota of a background run
---@field borrow_hints? boolean
---@field type_hints? boolean
---@field parameter_hints? boolean
---@field code_lenses? boolean
---@field borrows? "off"|"under_cursor"|"always" which borrows are drawn on the code
---@field inlay_hints? boolean turn Neovim's inlay hints on in CRUSH buffers
---@field values? boolean show values beside the lines
---@field maximum_length? integer longest text beside a line
---@field log? string CRUSH_LOG of the server

---@type crush.Options
local defaults = {
  server = nil,
  trusted = "ask",
  evaluate_on_save = true,
  instructions = 50000000,
  milliseconds = 5000,
  borrow_hints = true,
  type_hints = true,
  parameter_hints = true,
  code_lenses = true,
  borrows = "under_cursor",
  inlay_hints = true,
  values = true,
  maximum_length = 60,
  log = "warn",
}

local chosen ---@type crush.Options?

---@param options crush.Options
function M.set(options)
  vim.validate("crush.setup: options", options, "table")
  for name in pairs(options) do
    if name ~= "server" and defaults[name] == nil then
      error(("crush.setup: there is no option `%s` (:help crush-options)"):format(name), 3)
    end
  end
  chosen = vim.tbl_extend("force", defaults, options)
end

--- The options; `vim.g.crush` counts when `setup` was not called.
---@return crush.Options
function M.get()
  if not chosen then
    M.set(vim.g.crush or {})
  end
  return chosen --[[@as crush.Options]]
end

return M
