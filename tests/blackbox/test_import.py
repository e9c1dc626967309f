# SPDX-License-Identifier: Apache-2.0
"""Lists in and out: CSV and JSON lines of any size."""
import csv
import io
import json

from harness import Case


class Import(Case):
    COUNT = 100_000

    def setUp(self):
        super().setUp()
        self.server = self.daemon(self.pbx())
        self.api = self.server.api
        self.dlma = self.api.post("/ob/dlmas", {"name": "list"})["uuid"]

    def load(self, body, kind="text/csv", dlma=None, query=""):
        return self.api.call("POST", f"/ob/dls/import?dlma_uuid={dlma or self.dlma}{query}", body, kind=kind)

    def export(self, dlma=None):
        reply = self.api.call("GET", f"/ob/dls?dlma_uuid={dlma or self.dlma}&format=csv")
        self.assertEqual(reply.status, 200, reply)
        self.assertTrue(reply.headers["Content-Type"].startswith("text/csv"))
        return list(csv.DictReader(io.StringIO(reply.body.decode(), newline="")))

    def test_csv_with_quotes_line_ends_and_utf_8(self):
        body = '\ufeffname,number_1,number_2,detail,ukey\r\n"Müller, Ada",1000001,,"says ""hi""",k1\r\nBob,1000002,1000003,,k2\nEve,"1000004",,x,k3'
        result = self.load(body.encode()).result
        self.assertEqual((result["imported"], result["rejected"], result["errors"]), (3, 0, []))
        rows = {r["ukey"]: r for r in self.api.entries(self.dlma)}
        self.assertEqual((rows["k1"]["name"], rows["k1"]["detail"], rows["k1"]["number_2"]), ("Müller, Ada", 'says "hi"', None))
        self.assertEqual((rows["k2"]["number_2"], rows["k3"]["number_1"]), ("1000003", "1000004"))

    def test_rejected_lines_are_named_and_the_others_come_in(self):
        lines = ["name,number_1,status", "a,1000001,0", "b,100&0002,0", "c,1000003,nine", "d,1000004,0", "e,1000005", "f,1000006,0,extra", "g,1000007,1"]
        result = self.load("\n".join(lines).encode()).result
        bad = {e["line"]: e["reason"] for e in result["errors"]}
        self.assertEqual(result["imported"] + result["rejected"], 7)
        self.assertEqual(result["rejected"], len(bad))
        self.assertIn(3, bad)
        self.assertIn("number_1", bad[3])
        self.assertIn(4, bad)
        self.assertIn("status", bad[4])
        self.assertIn(7, bad)
        self.assertNotIn(2, bad)
        self.assertNotIn(5, bad)
        self.assertEqual(len(self.api.entries(self.dlma)), result["imported"])

    def test_json_lines(self):
        lines = [json.dumps({"number_1": "1000001", "variables": {"A": "x,y"}}), "{", json.dumps({"number_1": 5}), json.dumps({"nonsense": 1}),
                 "", json.dumps({"number_1": "1000002", "name": "B"})]
        result = self.load("\n".join(lines).encode(), "application/x-ndjson").result
        self.assertEqual((result["imported"], result["rejected"]), (2, 3))
        self.assertEqual([e["line"] for e in result["errors"]], [2, 3, 4])
        (first,) = [e for e in self.api.entries(self.dlma) if e["number_1"] == "1000001"]
        self.assertEqual(first["variables"], {"A": "x,y"})

    def test_what_cannot_be_imported_at_all(self):
        unknown = "01234567-89ab-4cde-8f01-23456789abcd"
        self.assertIn(self.load(b"number_1\n1", dlma=unknown).status, (400, 404))
        for header in (b"no_such_field,number_1", b"number_1,number_1"):
            reply = self.load(header + b"\nx,1000001\n")
            # A header that says nothing is refused as a whole, or rejects each line.
            self.assertTrue(reply.status == 400 or reply.result["imported"] == 0, f"{header}: {reply}")
        self.assertIn(self.load(b"number_1\n1000001\n", kind="application/pdf").status, (400, 415))
        reply = self.api.call("POST", "/ob/dls/import", b"number_1\n1000001", kind="text/csv")
        self.assertTrue(reply.status == 400 or reply.result["imported"] == 0, reply)
        self.assertEqual(self.api.entries(self.dlma), [])

    def test_a_big_list_goes_in_and_comes_out(self):
        body = io.StringIO()
        body.write("name,number_1,ukey\n")
        for i in range(self.COUNT):
            body.write(f"Customer {i},1{i:07d},u{i}\n" if i % 1000 else f"Customer {i},1;{i},u{i}\n")
        result = self.load(body.getvalue().encode()).result
        wrong = self.COUNT // 1000
        self.assertEqual((result["imported"], result["rejected"]), (self.COUNT - wrong, wrong))
        self.assertEqual([e["line"] for e in result["errors"]], [2 + 1000 * i for i in range(wrong)])
        rows = self.export()
        self.assertEqual(len(rows), self.COUNT - wrong)
        self.assertEqual({r["ukey"]: r["number_1"] for r in rows}, {f"u{i}": f"1{i:07d}" for i in range(self.COUNT) if i % 1000})

        other = self.api.post("/ob/dlmas", {"name": "copy"})["uuid"]
        self.server.kill()  # what was answered is on disk
        self.server.start()
        self.api = self.server.api
        self.assertEqual(len(self.export()), self.COUNT - wrong)
        self.assertEqual(self.export(other), [])

    def test_an_export_can_be_imported_again(self):
        self.load('name,number_1,detail,variables\n"a,b",1000001,"x""y","{""K"": ""v,w""}"\n'.encode()).result
        text = self.api.call("GET", f"/ob/dls?dlma_uuid={self.dlma}&format=csv").body
        header = next(csv.reader([text.decode().split("\n")[0]]))
        self.assertIn("number_1", header)
        (row,) = self.export()
        self.assertEqual((row["name"], row["detail"], json.loads(row["variables"])), ("a,b", 'x"y', {"K": "v,w"}))

    # --- files as spreadsheets write them, with people and numbers that nobody has

    FILES = {
        "numbers that a spreadsheet took for amounts": (
            b"name,number_1\r\nAda Kern,4.36641E+11\r\nBen Holt,436641234567.0\r\nCyd Frey,n.a.\r\nDan Lutz,-\r\nEva Horn,unknown\r\n"
            b"Fay Egger,0\r\nGus Hahn,+43+6641234567\r\nHal Ruf,43664123456743664\r\nIna Beck,436641234568\r\n",
            ["436641234568"], [2, 3, 4, 5, 6, 7, 8, 9], {}),
        "sep=": (b"\xef\xbb\xbfsep=;\r\nname;number_1\r\nAda Kern;2025550101\r\n", ["2025550101"], [], {}),
        "separators at the end": (b"name;number_1;\r\nAda Kern;2025550101;\r\n;;\r\n", ["2025550101"], [], {}),
        "short rows": (b"name,number_1,number_2,email\r\nAda Kern,2025550101\r\nBen Holt,2025550102,,\r\nCyd\r\n", ["2025550101", "2025550102"], [4], {}),
        "blanks": ("name,number_1\nAda Kern, 2025550101\nBen Holt,2025550102 \nCyd Frey,\u00a02025550103\n".encode(),
                   ["2025550101", "2025550102", "2025550103"], [], {"cleaned": 3}),
        "spellings": (b"name,number_1\nA,+43 664 123 45 67\nB,(0664) 1234568\nC,0664/1234569\nD,0043-664-1234570\nE,00436641234571 (office)\nF,+43 (0)664 1234572\n",
                      ["+436641234567", "06641234568", "06641234569", "00436641234570", "00436641234571", "+436641234572"], [], {"normalised": 6}),
        "invisible marks": ("name,number_1\nAda Kern,\u202a+43664123456\u202c\nBen Holt,\u202an.a.\u202c\n".encode(), ["+43664123456"], [3], {"cleaned": 1}),
        "column names in capitals": (b"Name, Number_1 \nAda Kern,2025550101\n", ["2025550101"], [], {}),
        "text for a spreadsheet": (b"name,number_1\nAda Kern,'02025550101\nBen Holt,=\"02025550102\"\n", ["02025550101", "02025550102"], [], {"cleaned": 2}),
        "lines that end with CR": (b"name,number_1\rAda Kern,2025550101\rBen Holt,2025550102\r", ["2025550101", "2025550102"], [], {}),
        "two numbers in a cell": (b'name,number_1\nAda Kern,"2025550101, 2025550102"\nBen Holt,2025550103/2025550104\n', [], [2, 3], {}),
        "Windows-1252": ("name,number_1\nZo\u00eb K\u00f6rner,2025550101\n".encode("cp1252"), ["2025550101"], [], {"encoding": "windows-1252"}),
        "Unicode text": ("name\tnumber_1\r\nZo\u00eb K\u00f6rner\t2025550101\r\n".encode("utf-16"), ["2025550101"], [], {"encoding": "utf-16"}),
    }

    def test_files_as_spreadsheets_write_them(self):
        for name, (body, numbers, rejected, rest) in self.FILES.items():
            with self.subTest(name):
                dlma = self.api.post("/ob/dlmas", {"name": name})["uuid"]
                result = self.load(body, dlma=dlma).result
                entries = self.api.entries(dlma)
                self.assertEqual(sorted(e["number_1"] for e in entries), sorted(numbers), result)
                self.assertEqual([e["line"] for e in result["errors"]], rejected, result)
                self.assertEqual((result["imported"], result["rejected"]), (len(numbers), len(rejected)))
                told = {member: result[member] for member in ("cleaned", "normalised", "encoding")}
                self.assertEqual(told, {"cleaned": 0, "normalised": 0, "encoding": "utf-8", **rest})
                if "encoding" in rest:
                    self.assertEqual(entries[0]["name"], "Zo\u00eb K\u00f6rner")

    def test_reasons_show_the_value(self):
        reasons = [e["reason"] for e in self.load("name,number_1\na,4.36641E+11\nb,\u202an.a.\n".encode()).result["errors"]]
        self.assertIn('"4.36641E+11"', reasons[0])
        self.assertIn('"<U+202A>n.a."', reasons[1])

    def test_a_list_of_names(self):
        names = self.api.post("/ob/dlmas", {"name": "agents", "number_kind": "name"})["uuid"]
        body = b"name,number_1\nAda,ada\nBen,agent7\nCyd,-\n"
        self.assertEqual((self.load(body, dlma=names).result["imported"], self.load(body).result["imported"]), (2, 1))
        self.api.put(f"/ob/dlmas/{names}", {"number_kind": "number"})
        (ada,) = [e for e in self.api.entries(names) if e["number_1"] == "ada"]
        self.api.put(f"/ob/dls/{ada['uuid']}", {"detail": "what was stored stays good"})
        self.assertEqual(self.api.call("PUT", f"/ob/dls/{ada['uuid']}", {"number_1": "ben"}).status, 400)
