from pwdlib import PasswordHash

hasher = PasswordHash.recommended()  # Argon2; takes some 50 ms of a core
