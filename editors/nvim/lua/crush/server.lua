--- Where the server is: the option, then PATH.
local M = {}

local PROGRAM = "crush-analyzer"

---@class crush.Lookup
---@field command string?
---@field source string?
---@field tried string[]

--- An option that is set and wrong is an error, not a reason to run some other server.
---@return crush.Lookup
function M.find()
  local option = require("crush.options").get().server
  if option and option ~= "" then
    local command = vim.fs.normalize(option)
    if vim.fn.executable(command) == 1 then
      return { command = command, source = "option", tried = {} }
    end
    return { tried = { ("option `server`: %s (no program there)"):format(command) } }
  end
  local command = vim.fn.exepath(PROGRAM)
  if command ~= "" then
    return { command = command, source = "PATH", tried = {} }
  end
  return { tried = { "option `server`: not set", ("on PATH: %s not found in %s"):format(PROGRAM, vim.env.PATH or "") } }
end

--- Says once what was tried and what to do.
---@param lookup crush.Lookup
function M.explain(lookup)
  local lines = { "crush: the language server crush-analyzer was not found. Tried:" }
  for _, tried in ipairs(lookup.tried) do
    lines[#lines + 1] = "  " .. tried
  end
  lines[#lines + 1] = 'Set it with require("crush").setup({ server = "/path/to/crush-analyzer" }); :checkhealth crush'
  vim.notify_once(table.concat(lines, "\n"), vim.log.levels.ERROR)
end

return M
