# Infrastructure of a fictional bookkeeping firm, with mistakes that real repositories make.
provider "alicloud" {
  region = "cn-hangzhou"
}

provider "alicloud" {
  alias  = "hongkong"
  region = "cn-hongkong"
}

variable "rds_key" {
  description = "Key for the ledger database; set by the pipeline"
}

resource "alicloud_oss_bucket" "vouchers" {
  bucket = "hengxin-vouchers"
  acl    = "public-read"
}

resource "alicloud_oss_bucket" "archive" {
  bucket = "hengxin-archive"

  server_side_encryption_rule {
    sse_algorithm     = "KMS"
    kms_master_key_id = alicloud_kms_key.data.id
  }

  versioning {
    status = "Enabled"
  }

  logging {
    target_bucket = alicloud_oss_bucket.vouchers.bucket
  }
}

resource "alicloud_kms_key" "data" {
  description            = "client data"
  automatic_rotation     = "Enabled"
  rotation_interval      = "365d"
  pending_window_in_days = 30
}

resource "alicloud_db_instance" "ledger" {
  engine         = "MySQL"
  engine_version = "8.0"
  encryption_key = var.rds_key
  ssl_action     = "Open"
  security_ips   = ["0.0.0.0/0"]
}

resource "alicloud_security_group_rule" "ssh" {
  type              = "ingress"
  ip_protocol       = "tcp"
  port_range        = "22/22"
  security_group_id = "sg-office"
  cidr_ip           = "0.0.0.0/0"
}

resource "alicloud_log_store" "access" {
  project_name     = "hengxin-logs"
  logstore_name    = "access"
  retention_period = 90
}
