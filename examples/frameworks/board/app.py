"""A Streamlit app: every click runs this file once more, from top to bottom."""

import random

import streamlit as st

st.title("Two dice")

sums = st.session_state.setdefault("sums", [])
if st.button("Roll"):
    one, other = random.randint(1, 6), random.randint(1, 6)
    sums.append(one + other)
    rolled = f"Roll {len(sums)}: {one} and {other}"
    print(rolled)
    st.write(rolled)

st.bar_chart(sums, x_label="roll", y_label="sum")
