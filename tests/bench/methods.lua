local n = 3000000

local Account = {}
Account.__index = Account

function Account:deposit(amount)
  self.balance = self.balance + amount
  self.moves = self.moves + 1
  return self.balance
end

function Account:withdraw(amount)
  if amount > self.balance then return false end
  self.balance = self.balance - amount
  self.moves = self.moves + 1
  return true
end

function Account:worth() return self.balance * 2 + self.moves end

local function run(n)
  local account = setmetatable({ owner = "ada", balance = 0, moves = 0 }, Account)
  local refused = 0
  for i = 0, n - 1 do
    account:deposit(i % 7)
    if not account:withdraw(i % 9) then refused = refused + 1 end
    if account:worth() < 0 then return "lost" end
  end
  return account:worth() + refused
end

print(run(n))
