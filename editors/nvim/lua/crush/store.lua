--- What was decided on folders: a JSON file in stdpath("state"), where no folder can write by itself.
local M = {}

---@param name string
---@return string
function M.path(name)
  return vim.fs.joinpath(vim.fn.stdpath("state"), "crush", name .. ".json")
end

---@param name string
---@return table<string, any>
function M.read(name)
  local file = io.open(M.path(name), "r")
  if not file then
    return {}
  end
  local text = file:read("*a")
  file:close()
  local ok, decided = pcall(vim.json.decode, text)
  return ok and type(decided) == "table" and decided or {}
end

---@param name string
---@param decided table<string, any>
function M.write(name, decided)
  vim.fn.mkdir(vim.fs.dirname(M.path(name)), "p")
  local file = assert(io.open(M.path(name), "w"))
  file:write(vim.json.encode(decided))
  file:close()
end

--- A link into a folder is not in it.
---@param folder string
---@return string
function M.real(folder)
  return vim.fs.normalize(vim.uv.fs_realpath(folder) or folder)
end

return M
