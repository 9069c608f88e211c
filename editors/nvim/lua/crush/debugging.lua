--- Debugging with nvim-dap, when that is installed: it is told of the debugger, and needs no configuration.
local M = {}

--- The program of the buffer. What was typed is saved: the debugger reads the file.
---@return any
local function program()
  local name = vim.api.nvim_buf_get_name(0)
  if name == "" then
    vim.notify("crush: the buffer has no name yet: save it to debug it", vim.log.levels.WARN)
    return require("dap").ABORT
  end
  vim.cmd("silent update")
  return name
end

--- How the debugger is started: with what programs in the folder were granted. A launch cannot grant anything.
---@param path string
---@return table?
local function adapter(path)
  local lookup = require("crush.server").find()
  if not lookup.command then
    require("crush.server").explain(lookup)
    return nil
  end
  local arguments = { "dap" }
  for _, grant in ipairs(require("crush.grants").for_program(path)) do
    vim.list_extend(arguments, { "--allow", grant })
  end
  return { type = "executable", command = lookup.command, args = arguments }
end

--- Nothing is debugged in a folder whose programs may not run; that is asked where it was never decided.
---@param done fun(adapter: table)
---@param configuration table
local function start(done, configuration)
  local path = vim.fs.normalize(tostring(configuration.program or ""))
  local function trusted()
    local found = adapter(path)
    if found then
      done(found)
    end
  end
  local trust = require("crush.trust")
  local folder = vim.fs.root(path, ".git") or vim.fs.dirname(path)
  local decided = trust.decided(folder)
  if decided then
    trusted()
  elseif decided == nil then
    trust.ask(folder, function(may_run)
      if may_run then
        trusted()
      end
    end)
  else
    vim.notify(("crush: programs in %s are never run (:CrushTrust changes that)"):format(folder), vim.log.levels.WARN)
  end
end

local told = false

--- Tells nvim-dap, once. What a user has set up of CRUSH there stays as it is.
---@return boolean is it there
function M.register()
  if told then
    return true
  end
  local found, dap = pcall(require, "dap")
  if not found then
    return false
  end
  told = true
  dap.adapters.crush = dap.adapters.crush or start
  dap.configurations.crush = dap.configurations.crush
    or { { type = "crush", request = "launch", name = "Debug this file", program = program } }
  return true
end

return M
