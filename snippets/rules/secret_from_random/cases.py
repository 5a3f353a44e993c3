"""Values that `random` draws, and what becomes of them."""

BAD = ['token = f"{random.getrandbits(128):032x}"']

_APP = """
import hashlib
import random
import secrets
import string
from fastapi import FastAPI
app = FastAPI()
"""

FOUND = {
    "digits for a mail": _APP
    + """
@app.post("/codes")
async def send(email: str):
    otp = "".join(random.choices(string.digits, k=6))  # !
    mail(email, otp)
""",
    "a number in a function of its own": _APP
    + """
def generate_otp() -> str:
    return str(random.randint(100_000, 999_999))  # !
@app.post("/codes")
async def send(email: str):
    code = generate_otp()
    mail(email, code)
""",
    "a helper that says nothing of what it is for": _APP
    + """
from random import choice
ALPHABET = string.ascii_letters + string.digits
def random_string(length):
    return "".join(choice(ALPHABET) for _ in range(length))  # !
@app.post("/resets")
async def ask(email: str):
    reset_token = random_string(40)
    mail(email, reset_token)
""",
    "a hash of a draw, in a field": _APP
    + """
@app.post("/keys")
async def create(user_id: int):
    row = ApiKey(user_id=user_id, api_key=hashlib.sha256(str(random.random()).encode()).hexdigest())  # !
    db.add(row)
    return row
""",
    "a list that grows, and is shuffled": _APP
    + """
def create_temporary_password(size: int = 12) -> str:
    chars = []
    for _ in range(size):
        chars.append(random.choice(string.ascii_letters))  # !
    random.shuffle(chars)
    return "".join(chars)
@app.post("/users")
async def add(email: str):
    mail(email, create_temporary_password())
""",
    "a text that grows, camel case, an index": _APP
    + """
class Codes:
    def generateVerificationCode(self):
        result = ""
        for _ in range(6):
            result += string.digits[random.randint(0, 9)]  # !
        return result
@app.post("/codes")
async def send(email: str):
    mail(email, Codes().generateVerificationCode())
""",
    "code, where the function says what it opens": _APP
    + """
@app.post("/verify")
async def send_verification_email(email: str):
    code = random.randrange(1000, 10000)  # !
    await cache.set(email, code)
""",
    "an attribute, an item, a dictionary, a default": _APP
    + """
@app.post("/a")
async def a(user):
    user.activation_code = "%06d" % random.randint(0, 999999)  # !
@app.post("/b")
async def b(data):
    data["passcode"] = f"{random.randint(1000, 9999)}"  # !
@app.post("/c")
async def c():
    return {"access_token": "".join(random.sample(string.ascii_letters, 30))}  # !
class Invitation(Base):
    token = Column(String, default=lambda: "".join(random.choices(string.hexdigits, k=32)))  # !
""",
}

LOOK_ALIKES = {
    "secrets, and the system's generator": _APP
    + """
@app.post("/codes")
async def send(email: str):
    otp = f"{secrets.randbelow(10**6):06}"
    token = "".join(secrets.choice(string.ascii_letters) for _ in range(32))
    password = "".join(random.SystemRandom().choice(string.ascii_letters) for _ in range(32))
    system = secrets.SystemRandom()
    pin = system.randint(1000, 9999)
    return otp, token, password, pin
""",
    "an order's number and a colour": _APP
    + """
@app.post("/orders")
async def order():
    code = "".join(random.choices(string.ascii_uppercase, k=8))
    colour = f"#{random.randint(0, 0xFFFFFF):06x}"
    await asyncio.sleep(random.random())
    return {"order_code": code, "colour": colour}
""",
    "one of the keys that there are": _APP
    + """
KEYS = load()
@app.get("/")
async def ask():
    api_key = random.choice(KEYS)
    token = random.sample(KEYS, 1)[0]
    return await client.get(URL, headers={"Authorization": f"Bearer {api_key}"}, token=token)
""",
    "words of a language model": _APP
    + """
@app.get("/")
async def generate():
    next_token = str(random.choices(VOCABULARY, weights=WEIGHTS)[0])
    total_token = random.randint(100, 500)
    max_tokens = random.randint(10, 20)
    token_count = random.randint(10, 20)
    return next_token, total_token, max_tokens, token_count
""",
    "how long a password is": _APP
    + """
@app.post("/")
async def new_password():
    size = random.randint(16, 24)
    return "".join(secrets.choice(string.ascii_letters) for _ in range(random.randint(16, 24)))
""",
    "made up for a demonstration": _APP
    + """
def mock_login():
    return {"access_token": "".join(random.choices(string.hexdigits, k=32))}
class DemoUsers:
    def create(self):
        password = "".join(random.choices(string.ascii_letters, k=8))
        return password
@app.get("/")
async def read():
    return mock_login(), DemoUsers().create()
""",
    "a script beside the service": """
#= main.py
from fastapi import FastAPI
app = FastAPI()
#= scripts/seed.py
import random, string
password = "".join(random.choices(string.ascii_letters, k=8))
""",
}
