"""一企一档: one enterprise across the rooms, made of sections, one small module each.

A section reads its own room through that room's queries (which ask who is looking), and hands over
what stands in it, what is to be done next, and which signs of risk it found. `page` puts them
together: the next steps of all of them first, then the risk, then the sections in order.
"""
