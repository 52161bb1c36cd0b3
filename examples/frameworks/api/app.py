"""A FastAPI app. Its page at /docs sends requests to it from the browser."""

from fastapi import FastAPI
from pydantic import BaseModel, Field

app = FastAPI(title="Shop")


class Order(BaseModel):
    item: str = "tea"
    quantity: int = Field(2, ge=1)


@app.post("/orders", status_code=201)
def create_order(order: Order) -> dict:
    """Takes an order."""
    return {"ordered": order.item, "total": f"{order.quantity * 3.5:.2f}"}
