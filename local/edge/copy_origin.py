"""The distribution's second origin: reads the S3 copy with signed requests, as origin access control does."""

from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


class CopyOrigin(ThreadingHTTPServer):
    """Listens on a free loopback port from its making on; knows its bucket once there is one."""

    daemon_threads = True

    def __init__(self, s3: "S3Client") -> None:
        super().__init__(("127.0.0.1", 0), _CopyHandler)
        self.s3 = s3
        self.bucket = ""

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    def serve_in_background(self) -> None:
        Thread(target=self.serve_forever, daemon=True).start()


class _CopyHandler(BaseHTTPRequestHandler):
    server: CopyOrigin

    def do_GET(self) -> None:
        try:
            copy = self.server.s3.get_object(Bucket=self.server.bucket, Key=self.path.lstrip("/"))
        except ClientError as error:
            self._answer(error.response["ResponseMetadata"]["HTTPStatusCode"], {}, b"")
        except BotoCoreError:
            self._answer(503, {}, b"")
        else:
            headers = {
                "Content-Type": copy["ContentType"],
                "Cache-Control": copy.get("CacheControl", ""),
                "ETag": copy["ETag"],
            }
            self._answer(200, headers, copy["Body"].read())

    def _answer(self, status: int, headers: dict[str, str], body: bytes) -> None:
        self.send_response(status)
        for name, value in headers.items():
            if value:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it so
        """nginx keeps the log of the edge."""
