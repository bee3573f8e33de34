# A Python file that has nothing to do with neural networks.
def area(width, height):
    return width * height


print(area(3, 4))
