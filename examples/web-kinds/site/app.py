"""A Flask site with a form, a redirect and a cookie. Its links come from url_for, so they are right under any path."""

from flask import Flask, Response, redirect, render_template_string, request, url_for

app = Flask(__name__)

PAGE = """<!doctype html>
<title>web-kinds</title>
<h1>Hello, {{ name }}!</h1>
<form method="post" action="{{ url_for('sign_in') }}">
  <input name="name" placeholder="Your name"><button>Sign in</button>
</form>
<a href="{{ url_for('sign_out') }}">Sign out</a>
"""


@app.get("/")
def home() -> str:
    return render_template_string(PAGE, name=request.cookies.get("name", "stranger"))


@app.post("/sign-in")
def sign_in() -> Response:
    answer = redirect(url_for("home"))
    answer.set_cookie("name", request.form["name"], path="/", httponly=True, samesite="Lax")
    return answer


@app.get("/sign-out")
def sign_out() -> Response:
    answer = redirect(url_for("home"))
    answer.delete_cookie("name", path="/")
    return answer


@app.get("/users/<name>")
def user(name: str) -> dict:
    return {"user": name}
