local n = 300000

local function build(n)
  local parts = {}
  for i = 0, n - 1 do
    parts[#parts + 1] = i
    parts[#parts + 1] = ","
  end
  return table.concat(parts)
end

local function lines(n)
  local total = 0
  for i = 0, n - 1 do
    local line = "line " .. i .. ": " .. (n - i) .. " to go"
    total = total + #line
  end
  return total
end

print(#build(n))
print(lines(n))
