local n = 11

local function safe(queens, row, column)
  for earlier = 1, row - 1 do
    local other = queens[earlier]
    if other == column then return false end
    if other - column == row - earlier then return false end
    if column - other == row - earlier then return false end
  end
  return true
end

local function place(queens, row, n)
  if row > n then return 1 end
  local count = 0
  for column = 1, n do
    if safe(queens, row, column) then
      queens[row] = column
      count = count + place(queens, row + 1, n)
    end
  end
  return count
end

local queens = {}
for i = 1, n do queens[i] = 0 end
print(place(queens, 1, n))
