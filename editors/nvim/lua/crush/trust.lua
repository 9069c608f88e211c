--- Which folders' programs may be run. Nothing runs in a folder the user was not asked about.
local M = {}

local store = require("crush.store")

local NAME = "trust"

--- What was decided on the folder, or on the nearest one above it: true, false, or nil when nobody was asked.
---@param folder string?
---@return boolean?
function M.decided(folder)
  local option = require("crush.options").get().trusted
  if type(option) == "boolean" then
    return option
  end
  if not folder then
    return nil
  end
  if type(option) == "function" then
    return option(folder) == true
  end
  local decided = store.read(NAME)
  local path = store.real(folder)
  if decided[path] ~= nil then
    return decided[path]
  end
  for above in vim.fs.parents(path) do
    if decided[above] ~= nil then
      return decided[above]
    end
  end
  return nil
end

--- Remembers the decision and tells the servers of the folder.
---@param folder string
---@param trusted boolean
function M.decide(folder, trusted)
  local decided = store.read(NAME)
  decided[store.real(folder)] = trusted
  store.write(NAME, decided)
  for _, client in ipairs(vim.lsp.get_clients({ name = "crush" })) do
    if client.root_dir then
      client:notify("crush/trust", { trusted = M.decided(client.root_dir) == true })
    end
  end
end

local asking = {} ---@type table<string, boolean>

--- Asks once, without blocking; nobody to ask means no.
---@param folder string
---@param after fun(trusted: boolean)
function M.ask(folder, after)
  if asking[folder] or #vim.api.nvim_list_uis() == 0 then
    return
  end
  asking[folder] = true
  local trust, distrust, later = "Trust: run programs of this folder", "Never run programs of this folder", "Ask again later"
  vim.ui.select({ trust, distrust, later }, {
    prompt = ("Run CRUSH programs of %s in the background?"):format(vim.fn.fnamemodify(folder, ":~")),
  }, function(choice)
    if choice == trust or choice == distrust then
      asking[folder] = nil
      M.decide(folder, choice == trust)
      after(choice == trust)
    end
    -- "later" keeps the question from coming back with every save of this session.
  end)
end

return M
