"""What was found to differ."""


class Check:
    def __init__(self):
        self.differences = []

    def same(self, what, found, expected, tolerance):
        if found is None or expected is None:
            if found is not expected:
                self.differences.append(f"{what}: {found}, not {expected}")
        elif abs(found - expected) > tolerance:
            self.differences.append(f"{what}: {found}, not {expected}")

    def near(self, what, found, expected):
        """But for the digits that the JSON has: nine of them, and whole
        microseconds in what is made of quantiles."""
        self.same(what, found, expected,
                  1.01e-6 + abs(expected or 0) * 1e-7)
