local n = 150000

local function root(value)
  local guess = value
  if guess < 1.0 then guess = 1.0 end
  local i = 0
  while i < 8 do
    guess = 0.5 * (guess + value / guess)
    i = i + 1
  end
  return guess
end

local function advance(bodies, dt)
  local count = #bodies
  for i = 1, count do
    local a = bodies[i]
    for j = i + 1, count do
      local b = bodies[j]
      local dx = a.x - b.x
      local dy = a.y - b.y
      local dz = a.z - b.z
      local square = dx * dx + dy * dy + dz * dz
      local pull = dt / (square * root(square))
      local of_b = b.mass * pull
      a.vx = a.vx - dx * of_b
      a.vy = a.vy - dy * of_b
      a.vz = a.vz - dz * of_b
      local of_a = a.mass * pull
      b.vx = b.vx + dx * of_a
      b.vy = b.vy + dy * of_a
      b.vz = b.vz + dz * of_a
    end
  end
  for _, body in ipairs(bodies) do
    body.x = body.x + dt * body.vx
    body.y = body.y + dt * body.vy
    body.z = body.z + dt * body.vz
  end
end

local function run(n)
  local bodies = {
    { x = 0.0, y = 0.0, z = 0.0, vx = 0.0, vy = 0.0, vz = 0.0, mass = 39.5 },
    { x = 4.84, y = -1.16, z = -0.10, vx = 0.606, vy = 2.812, vz = -0.025, mass = 0.0377 },
    { x = 8.34, y = 4.12, z = -0.40, vx = -1.011, vy = 1.825, vz = 0.008, mass = 0.0113 },
    { x = 12.89, y = -15.11, z = -0.22, vx = 1.083, vy = 0.869, vz = -0.011, mass = 0.0017 },
    { x = 15.38, y = -25.92, z = 0.18, vx = 0.979, vy = 0.594, vz = -0.035, mass = 0.002 },
  }
  for i = 1, n do advance(bodies, 0.001) end
  local total = 0.0
  for _, body in ipairs(bodies) do total = total + body.x + body.y + body.z end
  return total
end

print(run(n))
