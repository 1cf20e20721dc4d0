"""The other side of hpack.mjs: PyPI's hpack. One JSON document a line in, one out."""
import json
import sys

from hpack import Decoder, Encoder

decoder = Decoder()
decoder.max_header_list_size = 1 << 30
encoder = Encoder()
for line in sys.stdin:
    step = json.loads(line)
    if step["do"] == "reset":
        decoder = Decoder()
        decoder.max_header_list_size = 1 << 30
        encoder = Encoder()
        answer = {}
    elif step["do"] == "decode":
        if "size" in step:
            decoder.max_allowed_table_size = step["size"]
        fields = decoder.decode(bytes.fromhex(step["block"]), raw=True)
        answer = {"fields": [part.decode("latin1") for field in fields for part in field]}
    else:
        if "size" in step:
            encoder.header_table_size = step["size"]
        flat = [text.encode("latin1") for text in step["fields"]]
        pairs = list(zip(flat[::2], flat[1::2]))
        answer = {"block": encoder.encode(pairs, huffman=step["huffman"]).hex()}
    print(json.dumps(answer), flush=True)
