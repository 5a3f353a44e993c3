"""Calls that keep the processor or a disk busy."""

from fastapi_pro.auditing.libraries.library_calls.table import Calls

_READS = "read_csv read_excel read_json read_parquet"

COMPUTING_TABLE = {
    # tables
    "openpyxl": "load_workbook",
    "openpyxl.Workbook": "save",
    "pandas": f"{_READS} read_feather read_html read_pickle read_sql read_xml",
    "pandas.DataFrame": "to_csv to_excel to_parquet to_sql",
    "polars": _READS,
    "polars.DataFrame": "write_csv write_excel write_parquet",
    "polars.LazyFrame": "collect",
    # images and documents
    "PIL.Image.Image": "convert filter load quantize resize rotate save thumbnail transpose",
    "pymupdf.Document": "get_page_pixmap get_page_text save tobytes",
    "pymupdf.Page": "find_tables get_pixmap get_text",
    "pymupdf.Pixmap": "pil_save pil_tobytes save tobytes",
    "reportlab.platypus.SimpleDocTemplate": "build",
    "weasyprint.HTML": "render write_pdf",
    # archives and whole files
    "shutil": "copyfileobj copytree make_archive rmtree unpack_archive",
    "tarfile.TarFile": "extractall",
    "zipfile.ZipFile": "extract extractall writestr",
    # keys
    "cryptography.hazmat.primitives.asymmetric.rsa": "generate_private_key",
    # models
    "sentence_transformers.SentenceTransformer": "encode",
    "sklearn.*": "fit predict predict_proba",
    "transformers.Pipeline": "__call__",
    "whisper": "load_model",
}
"""Calls that take from 10 ms to seconds, depending on the size of their arguments."""

FILES_TABLE = {
    "pathlib.Path": "read_bytes read_text write_bytes write_text",
}
"""Calls that read or write a file: under 1 ms for a small file on a local disk, else up to seconds.
"""

COMPUTING = Calls(COMPUTING_TABLE)
FILES = Calls(FILES_TABLE)
