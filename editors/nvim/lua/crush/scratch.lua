--- Buffers that show text and belong to no file.
local M = {}

local namespace = vim.api.nvim_create_namespace("crush.scratch")

---@param name string
---@return integer
local function buffer(name)
  for _, bufnr in ipairs(vim.api.nvim_list_bufs()) do
    if vim.api.nvim_buf_get_name(bufnr) == name then
      return bufnr
    end
  end
  local bufnr = vim.api.nvim_create_buf(false, true)
  vim.api.nvim_buf_set_name(bufnr, name)
  vim.bo[bufnr].bufhidden = "hide"
  vim.bo[bufnr].modifiable = false
  vim.keymap.set("n", "q", "<Cmd>close<CR>", { buffer = bufnr, desc = "close" })
  return bufnr
end

---@param bufnr integer
---@param lines string[]
local function fill(bufnr, lines)
  vim.bo[bufnr].modifiable = true
  vim.api.nvim_buf_set_lines(bufnr, 0, -1, false, lines)
  vim.bo[bufnr].modifiable = false
end

--- Fills the buffer of that name, in its window when it has one, else in a split that does not take the cursor.
---@param name string
---@param lines string[]
---@param options { split: string }
---@return integer bufnr
function M.show(name, lines, options)
  local bufnr = buffer(name)
  fill(bufnr, lines)
  if vim.fn.bufwinid(bufnr) == -1 then
    local window = vim.api.nvim_get_current_win()
    vim.cmd(options.split)
    vim.api.nvim_win_set_buf(0, bufnr)
    vim.wo[0][0].wrap = false
    vim.wo[0][0].number = false
    vim.wo[0][0].relativenumber = false
    vim.wo[0][0].cursorline = true
    vim.api.nvim_set_current_win(window)
  end
  return bufnr
end

--- Shows the buffer with marks in it; `map` is called once, to give it its keys.
---@param name string
---@param lines string[]
---@param marks [integer, integer, integer, string][] line, first and last column, group
---@param options { split: string, filetype: string, map: fun(bufnr: integer) }
function M.draw(name, lines, marks, options)
  local bufnr = M.show(name, lines, options)
  if vim.bo[bufnr].filetype ~= options.filetype then
    vim.bo[bufnr].filetype = options.filetype
    options.map(bufnr)
  end
  vim.api.nvim_buf_clear_namespace(bufnr, namespace, 0, -1)
  for _, mark in ipairs(marks) do
    vim.api.nvim_buf_set_extmark(bufnr, namespace, mark[1], mark[2], { end_col = mark[3], hl_group = mark[4] })
  end
end

return M
