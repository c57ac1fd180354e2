"""Files of every format that a folder may hold, written with the libraries of their formats."""

from pathlib import Path

import docx
from pypdf import PdfWriter
from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject

PAGE = """\
<html><head><title>Horario</title><style>p {color: red}</style></head><body>
<nav>Inicio</nav><main><h1>Horario &amp; citas</h1><p>Se abre a las <b>nueve</b>.</p>
<!-- nota --><ul><li>lunes</li><li>martes</li></ul>
<table><tr><th>Sede</th><th>Hora</th></tr><tr><td>Norte</td><td>9:00</td></tr></table>
<pre>a = 1
b = 2</pre><script>alert(1)</script></main><footer>Aviso</footer></body></html>
"""


def write_pdf(path: Path, *pages: str, title: str = "", outline: str = "") -> Path:
    """One line of text on each page; `outline` is a heading for the last one."""
    writer = PdfWriter()
    for text in pages:
        page = writer.add_blank_page(300, 300)
        font = DictionaryObject({
            NameObject("/Type"): NameObject("/Font"),
            NameObject("/Subtype"): NameObject("/Type1"),
            NameObject("/BaseFont"): NameObject("/Helvetica"),
        })  # fmt: skip
        fonts = DictionaryObject({NameObject("/F1"): font})
        page[NameObject("/Resources")] = DictionaryObject({NameObject("/Font"): fonts})
        content = DecodedStreamObject()
        content.set_data(f"BT /F1 12 Tf 20 200 Td ({text}) Tj ET".encode("latin-1"))
        page[NameObject("/Contents")] = content
    if title:
        writer.add_metadata({"/Title": title})
    if outline:
        writer.add_outline_item(title=outline, page_number=len(pages) - 1)
    writer.write(path)
    return path


def write_locked_pdf(path: Path) -> Path:
    writer = PdfWriter()
    writer.add_blank_page(300, 300)
    writer.encrypt("secret", algorithm="RC4-128")
    writer.write(path)
    return path


def write_docx(path: Path) -> Path:
    document = docx.Document()
    document.add_heading("Vacaciones", 0)
    document.add_heading("Plazo", 2)
    document.add_paragraph("Se piden en mayo.")
    document.add_paragraph("solicitud", style="List Bullet")
    document.add_paragraph("firma", style="List Bullet")
    table = document.add_table(1, 2)
    table.rows[0].cells[0].text = "Días"
    table.rows[0].cells[1].text = "22"
    document.save(str(path))
    return path
