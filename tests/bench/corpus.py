"""A seeded generator of Terraform repositories: the same seed gives the same bytes."""

from __future__ import annotations

import random
from pathlib import Path

SIZES = {"one": 1, "small": 72, "medium": 537, "large": 5722}
"""Name of a corpus -> number of files."""

_BLOCKS = (
    'resource "aws_s3_bucket" "{n}" {{\n  bucket = "{n}-${{var.env}}"\n  acl    = "{acl}"\n  tags = {{\n    Name = "{n}"\n    Env  = var.env\n  }}\n}}\n',
    'resource "aws_db_instance" "{n}" {{\n  engine                  = "mysql"\n  engine_version          = "8.0"\n  storage_encrypted       = {flag}\n  publicly_accessible     = {flag}\n  backup_retention_period = {number}\n}}\n',
    'resource "aws_security_group" "{n}" {{\n  name = "{n}"\n  ingress {{\n    from_port   = {number}\n    to_port     = {number}\n    protocol    = "tcp"\n    cidr_blocks = ["10.0.0.0/8"]\n  }}\n  egress {{\n    from_port   = 0\n    to_port     = 0\n    protocol    = "-1"\n    cidr_blocks = ["0.0.0.0/0"]\n  }}\n}}\n',
    'resource "alicloud_oss_bucket" "{n}" {{\n  bucket = "{n}"\n  server_side_encryption_rule {{\n    sse_algorithm = "KMS"\n  }}\n}}\n',
    'resource "alicloud_instance" "{n}" {{\n  instance_type              = "ecs.g6.large"\n  internet_max_bandwidth_out = {number}\n  system_disk_encrypted      = {flag}\n}}\n',
    'resource "aws_iam_policy" "{n}" {{\n  policy = jsonencode({{\n    Statement = [{{\n      Effect   = "Allow"\n      Action   = ["s3:GetObject"]\n      Resource = "arn:aws-cn:s3:::{n}/*"\n    }}]\n  }})\n}}\n',
)
_HEAD = 'provider "aws" {\n  region = "cn-north-1"\n}\nprovider "alicloud" {\n  region = "cn-hangzhou"\n}\nvariable "env" {\n  default = "prod"\n}\n'


def generate(folder: Path, size: str, seed: int = 20260101) -> int:
    """Write a corpus of about 2 KB a file into *folder*; returns its bytes."""
    chance = random.Random(f"{seed}-{size}")
    total = 0
    for number in range(SIZES[size]):
        module = folder / f"stack{number // 8:04}"
        module.mkdir(parents=True, exist_ok=True)
        text = _HEAD if number % 8 == 0 else ""
        for index in range(chance.randint(6, 12)):
            block = chance.choice(_BLOCKS)
            text += (
                block.format(n=f"r{number}_{index}", acl=chance.choice(("private", "public-read")), flag=chance.choice(("true", "false")), number=chance.randint(1, 9000)) + "\n"
            )
        (module / f"file{number % 8}.tf").write_text(text, encoding="utf-8")
        total += len(text)
    return total
