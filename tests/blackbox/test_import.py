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
