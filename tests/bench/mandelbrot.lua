local n = 600

local function escapes(cx, cy)
  local x, y = 0.0, 0.0
  local i = 0
  while i < 100 do
    local xx, yy = x * x, y * y
    if xx + yy > 4.0 then return true end
    y = 2.0 * x * y + cy
    x = xx - yy + cx
    i = i + 1
  end
  return false
end

local function inside(n)
  local count = 0
  for row = 0, n - 1 do
    for column = 0, n - 1 do
      if not escapes(3.0 * column / n - 2.0, 2.0 * row / n - 1.0) then count = count + 1 end
    end
  end
  return count
end

print(inside(n))
