# SPDX-License-Identifier: Apache-2.0
"""The check of the walls finds what it is for, in trees that are made for that."""
import importlib.machinery
import importlib.util
import tempfile
import unittest
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
loader = importlib.machinery.SourceFileLoader("check_walls", str(REPOSITORY / "scripts/check-walls"))
walls = importlib.util.module_from_spec(importlib.util.spec_from_loader("check_walls", loader))
loader.exec_module(walls)


class Walls(unittest.TestCase):
    def wrong(self, **files):
        with tempfile.TemporaryDirectory() as root:
            for name, text in files.items():
                (Path(root) / name).parent.mkdir(parents=True, exist_ok=True)
                (Path(root) / name).write_text(text)
            return walls.check(Path(root), list(files))[0]

    def test_what_goes_to_the_left_is_well(self):
        self.assertEqual(self.wrong(**{"storage/a.hpp": '#include "protocol/b.hpp"\n', "protocol/b.hpp": "#include <vector>\n"}), [])

    def test_an_include_that_goes_upward_is_told_with_its_line(self):
        self.assertEqual(self.wrong(**{"protocol/a.cpp": '// a\n#include "storage/b.hpp"\n'}), ["protocol/a.cpp:2: protocol must not know storage/b.hpp"])
        self.assertEqual(self.wrong(**{"actors/core/a.cpp": '#include "actors/engine.hpp"\n'}),
                         ["actors/core/a.cpp:1: actors/core must not know actors/engine.hpp"])

    def test_neighbours_never_know_each_other(self):
        self.assertEqual(len(self.wrong(**{"http/telephone/a.cpp": '#include "http/outbound/resource.hpp"\n'})), 1)
        self.assertEqual(len(self.wrong(**{"http/server/a.cpp": '#include "http/envelope.hpp"\n'})), 1)

    def test_one_file_of_a_room_may_be_open_to_another(self):
        self.assertEqual(self.wrong(**{"http/router.hpp": '#include "http/auth/principal.hpp"\n'}), [])
        self.assertEqual(len(self.wrong(**{"http/router.hpp": '#include "http/auth/tokens.hpp"\n'})), 1)

    def test_a_circle_of_headers_is_told(self):
        files = {f"protocol/{a}.hpp": f'#include "protocol/{b}.hpp"\n' for a, b in ("ab", "bc", "ca")}
        self.assertEqual(self.wrong(**files), ["circle: protocol/a.hpp -> protocol/b.hpp -> protocol/c.hpp -> protocol/a.hpp"])

    def test_every_folder_of_sources_is_a_room(self):
        for top in ("protocol", "storage", "actors", "http"):
            for file in (REPOSITORY / top).rglob("*.hpp"):
                self.assertIsNotNone(walls.room_of(str(file.relative_to(REPOSITORY))), file)


if __name__ == "__main__":
    unittest.main()
