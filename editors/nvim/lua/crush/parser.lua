--- The tree-sitter parser: building it from the grammar, and colouring with it.
local M = {}

local EXTENSION = vim.fn.has("win32") == 1 and "dll" or "so"

---@return string
local function plugin_root()
  local file = debug.getinfo(1, "S").source:sub(2)
  return vim.fs.dirname(vim.fs.dirname(vim.fs.dirname(vim.uv.fs_realpath(file) or file)))
end

--- The folder with parser.c: beside the plugin in a package, or in the repository it is part of.
---@return string?
function M.sources()
  local root = plugin_root()
  for _, folder in ipairs({ "grammar/src", "../../grammar/src" }) do
    local path = vim.fs.normalize(vim.fs.joinpath(root, folder))
    if vim.uv.fs_stat(vim.fs.joinpath(path, "parser.c")) then
      return path
    end
  end
  return nil
end

--- Where Neovim finds it: `site` is on the runtime path of every setup.
---@return string
function M.target()
  return vim.fs.joinpath(vim.fn.stdpath("data"), "site", "parser", "crush." .. EXTENSION)
end

---@return string?
local function compiler()
  for _, name in ipairs({ vim.env.CC or "cc", "cc", "gcc", "clang" }) do
    if vim.fn.executable(name) == 1 then
      return name
    end
  end
  return nil
end

--- Whether Neovim has a parser for CRUSH, and if not, why.
---@return boolean, string?
function M.available()
  local added, why = vim.treesitter.language.add("crush")
  return added == true, why
end

--- Colours the buffer when it can.
---@param bufnr integer
function M.start(bufnr)
  if M.available() and vim.treesitter.query.get("crush", "highlights") then
    vim.treesitter.start(bufnr, "crush")
  end
end

--- Compiles the parser in the background, installs it, and colours the open buffers.
---@param after? fun(ok: boolean, message: string)
function M.build(after)
  local function done(ok, message)
    vim.notify("crush: " .. message, ok and vim.log.levels.INFO or vim.log.levels.ERROR)
    if after then
      after(ok, message)
    end
  end
  local sources, cc = M.sources(), compiler()
  if not sources then
    return done(false, "the grammar's sources are neither beside the plugin nor in a repository around it")
  end
  if not cc then
    return done(false, "no C compiler was found (tried $CC, cc, gcc, clang)")
  end
  local target = M.target()
  vim.fn.mkdir(vim.fs.dirname(target), "p")
  local arguments = { cc, "-O2", "-fPIC", "-shared", "-I", sources, vim.fs.joinpath(sources, "parser.c") }
  local scanner = vim.fs.joinpath(sources, "scanner.c")
  if vim.uv.fs_stat(scanner) then
    arguments[#arguments + 1] = scanner
  end
  -- Built beside and then renamed: the library in use is never written over.
  vim.list_extend(arguments, { "-o", target .. ".new" })
  vim.system(arguments, { text = true }, function(result)
    vim.schedule(function()
      if result.code ~= 0 then
        return done(false, "the parser did not compile:\n" .. (result.stderr or ""))
      end
      local renamed, why = vim.uv.fs_rename(target .. ".new", target)
      if not renamed then
        return done(false, why or "the parser could not be installed")
      end
      for _, bufnr in ipairs(vim.api.nvim_list_bufs()) do
        if vim.bo[bufnr].filetype == "crush" then
          M.start(bufnr)
        end
      end
      done(true, "the parser is installed as " .. target)
    end)
  end)
end

return M
