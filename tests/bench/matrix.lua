local n = 250

local function square(n, seed)
  local rows = {}
  for i = 0, n - 1 do
    local row = {}
    for j = 0, n - 1 do row[j + 1] = (i * seed + j) % 10 end
    rows[i + 1] = row
  end
  return rows
end

local function multiply(a, b)
  local rows = {}
  for i = 1, #a do
    local row = {}
    for j = 1, #b[1] do
      local sum = 0
      for k = 1, #b do sum = sum + a[i][k] * b[k][j] end
      row[j] = sum
    end
    rows[i] = row
  end
  return rows
end

local product = multiply(square(n, 3), square(n, 7))
print(product[n // 2 + 1][n // 3 + 1])
