-- title: 存放客户信息的系统（系统、云服务、数据库、文件共享） | Systems that hold client information: applications, SaaS, databases, file shares
select a.*
from client_assets as a
where a.asset_type in ('system', 'saas', 'database', 'file_share') is not false
