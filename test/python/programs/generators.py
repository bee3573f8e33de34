# Generators that a loop or next() drives: what a `yield` gives is None.
def widths(start, limit=100):
    width = start
    while width <= limit:
        extra = yield width
        if extra is not None:
            width += extra
        width *= 2


listed = list(widths(10))
generator = widths(16)
first, second = next(generator), next(generator)
rest = [width for width in generator]
total = sum(widths(30))
count = len(listed)
#= listed [10, 20, 40, 80]
#= first 16
#= second 32
#= rest [64]
#= total 90
#= count 4
