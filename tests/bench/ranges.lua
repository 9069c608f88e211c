local n = 7000

local function triangle(n)
  local sum = 0
  for i = 0, n - 1 do
    for j = 0, n - 1 do sum = sum + j end
    sum = sum - i
  end
  return sum
end

local function even(n)
  local count = 0
  for i = 0, n - 1 do
    for j = i, n - 1 do
      if (i + j) % 2 == 0 then count = count + 1 end
    end
  end
  return count
end

print(triangle(n))
print(even(n))
