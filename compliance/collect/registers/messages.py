"""What each problem says, why it matters and what to do, in Chinese and English, from one catalog."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from compliance.collect.registers.problem import Problem, ProblemSeverity
from compliance.model.catalog import Text


class Message(NamedTuple):
    """A problem's texts; ``{names}`` are filled from the place where it was found."""

    severity: ProblemSeverity
    what: tuple[str, str]
    why: tuple[str, str]
    fix: tuple[str, str]


_UNDETERMINED = ("读不出的值按“未知”处理，相关检查会是“无法判定”", "a value that cannot be read counts as unknown, so checks on it are undetermined")
_FILE_LOST = ("整个文件读不出，其中的登记表按“未提交”处理", "nothing of the file could be read, so its registers count as not delivered")

MESSAGES: Final[dict[str, Message]] = {
    # --- files
    "empty_file": Message("error", ("文件是空的（0 字节）", "the file is empty (0 bytes)"), _FILE_LOST, ("重新导出或从备份恢复", "export it again or restore it from a backup")),
    "encrypted": Message(
        "error", ("文件设有打开密码，无法读取", "the workbook is encrypted with a password"), _FILE_LOST,
        ("在 Excel/WPS 中打开，“文件 → 信息 → 保护工作簿 → 用密码进行加密”清空密码后另存", "open it in Excel or WPS, remove the password under File > Info > Protect Workbook, save it again"),
    ),
    "damaged": Message(
        "error", ("文件已损坏，无法打开（{detail}）", "the file is damaged and cannot be opened ({detail})"), _FILE_LOST,
        ("在 Excel/WPS 中打开并修复后另存为 .xlsx，或重新导出", "open and repair it in Excel or WPS and save as .xlsx, or export it again"),
    ),
    "html_as_workbook": Message(
        "error", ("扩展名是 {suffix}，内容其实是网页（HTML）", "the name ends in {suffix} but the content is a web page (HTML)"),
        ("不少系统把网页表格当作 Excel 导出，其中的长数字和日期不可靠", "many systems export a web page as Excel; long numbers and dates in it are unreliable"),
        ("用 Excel/WPS 打开，另存为 .xlsx", "open it in Excel or WPS and save as .xlsx"),
    ),
    "xml_2003": Message(
        "error", ("内容是 XML 表格 2003 格式，不是 .xlsx", "the content is XML Spreadsheet 2003, not .xlsx"), _FILE_LOST, ("用 Excel/WPS 打开，另存为 .xlsx", "open it in Excel or WPS and save as .xlsx"),
    ),
    "text_as_workbook": Message(
        "error", ("扩展名是 {suffix}，内容其实是纯文本", "the name ends in {suffix} but the content is plain text"), _FILE_LOST,
        ("把扩展名改成 .csv，或用 Excel/WPS 打开后另存为 .xlsx", "rename it to .csv, or open it in Excel or WPS and save as .xlsx"),
    ),
    "old_xls": Message(
        "error", ("旧版 .xls 工作簿", "an old .xls workbook"),
        ("旧格式里的错误值（#N/A 等）与空白无法区分，读了会把错误当成没填", "in the old format error values such as #N/A cannot be told from blanks"),
        ("用 Excel/WPS 打开，另存为 .xlsx", "open it in Excel or WPS and save as .xlsx"),
    ),
    "et_format": Message("error", ("WPS 专有的 .et 格式", "the .et format of WPS"), _FILE_LOST, ("在 WPS 中另存为 .xlsx", "save it as .xlsx in WPS")),
    "other_format": Message("error", ("不支持 {suffix} 格式的表格", "spreadsheets of format {suffix} are not supported"), _FILE_LOST, ("另存为 .xlsx 或 .csv（UTF-8）", "save it as .xlsx or .csv (UTF-8)")),
    "not_workbook": Message(
        "error", ("扩展名是 {suffix}，但里面没有工作簿", "the name ends in {suffix} but there is no workbook inside"), _FILE_LOST, ("确认文件没有改错扩展名，再另存为 .xlsx", "check the file's true type, then save it as .xlsx"),
    ),
    "too_large": Message(
        "error", ("文件过大（展开后 {detail}）", "the file is too large ({detail} unpacked)"), ("超过读取上限，可能是误填充到整列，也可能是恶意压缩文件", "above the limit; perhaps whole columns were filled by mistake, or it is a zip bomb"),
        ("删除空白的整行整列后另存，日志类数据请改用 CSV 并分月存放", "delete empty rows and columns and save again; keep logs as CSV, one file a month"),
    ),
    "unsafe_xml": Message("error", ("工作簿里有 DOCTYPE 声明，拒绝读取", "the workbook declares a DOCTYPE and is refused"), ("正常的工作簿不会有，它可用来读取本机文件", "no honest workbook has one; it can be used to read local files"), ("用 Excel/WPS 打开后另存为 .xlsx", "open it in Excel or WPS and save as .xlsx")),
    "unreadable": Message("error", ("文件无法读取：{detail}", "the file cannot be read: {detail}"), _FILE_LOST, ("关闭正在占用它的程序，检查权限后重试", "close the program that holds it, check its permissions and run again")),
    "encoding": Message(
        "error", ("文字编码既不是 UTF-8 也不是 GB18030", "the text is neither UTF-8 nor GB18030"), _FILE_LOST,
        ("在 Excel/WPS 中另存为“CSV UTF-8（逗号分隔）”", "save it as 'CSV UTF-8 (comma delimited)' in Excel or WPS"),
    ),
    "binary_csv": Message("error", ("扩展名是 {suffix}，内容却是二进制", "the name ends in {suffix} but the content is binary"), _FILE_LOST, ("确认扩展名，另存为 CSV UTF-8", "check the true type and save it as CSV UTF-8")),
    "csv_quotes": Message(
        "error", ("第 {detail} 行附近引号不配对", "unbalanced quotes near line {detail}"), ("引号不配对时，后面的行会被吞进同一个单元格", "with unbalanced quotes the following lines are swallowed by one cell"),
        ("把单元格里的引号写成两个（\"\"），或在 Excel/WPS 中重新另存为 CSV UTF-8", "write quotes inside a cell twice, or save again as CSV UTF-8"),
    ),
    "link": Message("warning", ("是链接（快捷方式），未读取", "is a link and was not read"), ("只读取登记表文件夹里的真实文件", "only real files of the folder are read"), ("把文件本身放进 registers 文件夹", "put the file itself into the registers folder")),
    # --- sheets
    "unknown_sheet": Message("info", ("认不出是哪张登记表，未读取", "not recognised as any register, not read"), ("工作表名、文件名和表头都对不上已声明的登记表", "sheet name, file name and headers fit no declared register"), ("若是登记表，请把工作表名改成登记表名称，如“{example}”", "if it is a register, name the sheet after it, e.g. '{example}'")),
    "ambiguous_table": Message(
        "error", ("可能是多张登记表中的一张：{options}", "could be one of several registers: {options}"), ("不能猜，猜错会张冠李戴", "guessing would put rows under the wrong register"), ("把工作表名改成其中一个名称", "name the sheet after one of them"),
    ),
    "table_by_headers": Message("info", ("按表头认作“{table}”", "read as '{table}' by its headers"), ("工作表名和文件名都不是登记表名称", "neither sheet nor file has the name of a register"), ("若认错了，请把工作表名改成正确的登记表名称", "if that is wrong, give the sheet its right name")),
    "header_not_found": Message(
        "error", ("找不到表头行", "no header row was found"), ("前 {detail} 行里没有哪一行能对上“{table}”的列名；若显示为乱码，则是编码问题", "none of the first {detail} rows fits the columns of '{table}'; if they look garbled it is the encoding"),
        ("表头用模板里的列名，如：{options}", "use the column names of the template, e.g.: {options}"),
    ),
    "duplicate_header": Message(
        "error", ("“{header}”出现了两列（{detail}）", "'{header}' appears in two columns ({detail})"), ("不能猜哪一列算数，这一列全部按“未知”处理", "which one counts is not guessed; the column counts as unknown"), ("删掉或改名其中一列", "delete or rename one of them"),
    ),
    "ambiguous_header": Message(
        "error", ("列名可以指多列：{options}", "the header may mean several columns: {options}"), ("不能猜，这一列未读取", "it is not guessed; the column was not read"), ("改成模板里的列名", "use the column name of the template"),
    ),
    "missing_column": Message(
        "error", ("缺少必填列", "a required column is missing"), ("这一列全部按“未知”处理，相关检查会是“无法判定”", "the whole column counts as unknown, so checks on it are undetermined"), ("补上这一列；列名见模板", "add the column; see the template for its name"),
    ),
    "unknown_column": Message("info", ("未声明的列，未读取{hint}", "not a declared column, not read{hint}"), ("只读取登记表声明的列", "only declared columns are read"), ("若是已有列的另一种叫法，请改成模板里的列名；否则不用理会", "if it is another name of a declared column, use the template's name; else ignore this")),
    "hidden_sheet": Message("info", ("工作表是隐藏的，仍已读取", "the sheet is hidden and was read all the same"), ("隐藏的内容同样是证据", "hidden content is evidence too"), ("不需要的请删除，不要隐藏", "delete what is not needed instead of hiding it")),
    "hidden_rows": Message("info", ("有 {count} 行被隐藏或筛选掉，仍已读取", "{count} rows are hidden or filtered out; they were read all the same"), ("隐藏的行同样是证据", "hidden rows are evidence too"), ("取消隐藏和筛选，核对这些行", "unhide them, clear the filter and look at them")),
    "hidden_columns": Message("info", ("列被隐藏，仍已读取", "the column is hidden and was read all the same"), ("隐藏的列同样是证据", "hidden columns are evidence too"), ("取消隐藏并核对", "unhide it and look at it")),
    "merged_cells": Message("info", ("合并单元格 {detail}：值已填到每一行", "merged cells {detail}: the value was used for every row"), ("合并后只有左上角有值，其余按同值处理", "only the top left cell holds the value; the others take it over"), ("建议取消合并，每行都填", "better unmerge and fill every row")),
    "empty_template": Message("info", ("还是空白模板，按“未提交”处理", "still an empty template; counts as not delivered"), ("空白模板不等于“没有发生”", "an empty template does not say that nothing happened"), ("填写登记表；确实没有的，填“数据截止日期”并作零报告", "fill it in; if there is nothing to report, fill in 数据截止日期 and sign a nil return")),
    "skipped_row": Message("info", ("{detail}行，未作为记录读取", "a {detail} row, not read as a record"), ("只有记录行是证据", "only records are evidence"), ("若是记录，请在第一列填写编号", "if it is a record, give it its number in the first column")),
    "as_of_unknown": Message("warning", ("不知道数据截止到哪一天", "the date of the export is unknown"), ("无法判断是否过期（要求 {detail} 内）", "whether it is out of date cannot be told (allowed: {detail})"), ("在表头上方填“数据截止日期”，或在 hegui.yaml 的 registers.as_of 写明", "fill in 数据截止日期 above the header, or set registers.as_of in hegui.yaml")),
    "as_of_unreadable": Message("error", ("数据截止日期“{value}”不是日期", "the date of the export '{value}' is not a date"), ("无法判断是否过期", "whether it is out of date cannot be told"), ("写成 2026-03-05", "write 2026-03-05")),
    "stale": Message("error", ("数据截止 {value}，已过期（要求 {detail} 内）", "exported on {value}, out of date (allowed: {detail})"), ("过期的登记表不作为证据，相关检查会是“无法判定”", "an out-of-date register is no evidence, so checks on it are undetermined"), ("重新导出后放入 registers 文件夹", "export it again into the registers folder")),
    "period_mismatch": Message("warning", ("模板所属期间是 {value}，本次评估是 {detail}", "the template is for {value}, this assessment for {detail}"), ("可能放错了季度的文件", "it may be the file of another quarter"), ("确认后重新生成模板或换成本期文件", "check, then generate the template anew or use the file of this period")),
    # --- rows
    "key_missing": Message("error", ("没有填写编号（主键）", "the key is not filled in"), ("没有编号的行无法与其他登记表对应，仍按一行计入", "a row without key cannot be matched with other registers; it still counts as a row"), ("补上编号", "fill in the number")),
    "duplicate_key": Message("error", ("编号“{value}”与 {detail} 重复", "the key '{value}' repeats {detail}"), ("编号应当唯一，重复会使关联检查出错", "keys must be unique, or checks across registers go wrong"), ("删除重复行，或更正编号", "delete the repeated row or correct the number")),
    "too_many_cells": Message("error", ("比表头多出 {detail} 格", "{detail} cells more than the header has"), ("多半是内容里有未加引号的分隔符，后面的列会错位，本行除编号外按“未知”处理", "an unquoted separator inside a cell shifts the rest; the row counts as unknown but for its key"), ("给含逗号的内容加上引号，或重新导出", "quote cells that contain the separator, or export again")),
    # --- cells
    "required_missing": Message("error", ("必填项没有填", "a required value is missing"), _UNDETERMINED, ("补填", "fill it in")),
    "placeholder": Message("info", ("“{value}”按没有填处理", "'{value}' counts as not filled in"), ("它不是{type}", "it is not {type_en}"), ("没有就留空", "leave it blank if there is none")),
    "error_value": Message("error", ("公式出错：{value}", "the formula fails: {value}"), _UNDETERMINED, ("修正公式，或改填数值", "repair the formula or type the value")),
    "formula_no_value": Message("error", ("公式没有保存计算结果", "the formula has no saved result"), ("文件由程序生成、未经 Excel 计算，只有公式没有值", "the file was written by a program and never calculated, so there is a formula and no value"), ("用 Excel/WPS 打开，等计算完成后保存", "open it in Excel or WPS, let it calculate, and save")),
    "formula_text": Message("error", ("以文字形式保存的公式“{value}”", "a formula stored as text: '{value}'"), _UNDETERMINED, ("把单元格格式改为“常规”后重新输入，或改填数值", "set the format to General and enter it again, or type the value")),
    "image_cell": Message("error", ("这是 WPS 嵌入图片，不是文字", "this is an embedded picture of WPS, not text"), ("图片里的内容读不出，按“未知”处理", "what a picture shows cannot be read and counts as unknown"), ("把内容打成文字；图片存为文件并登记到文件台账", "type the content; store the picture as a file and list it in the document register")),
    "id_precision": Message("error", ("长编号按数字保存，尾数已丢失（{value}）", "a long number was stored as a number and lost its last digits ({value})"), ("表格软件只保留 15 位有效数字，身份证号、银行账号后几位会变成 0", "spreadsheets keep 15 digits; the last ones of identity or account numbers become 0"), ("先把列格式设为“文本”，再从原始资料重新录入", "set the column to Text, then enter it again from the original")),
    "replacement_char": Message("error", ("含有无法还原的乱码字符", "contains characters that were lost in a conversion"), ("转码时已经丢字，原内容无从得知", "characters were lost when the encoding was changed"), ("从原系统重新导出", "export it again from the system it came from")),
    "date_ambiguous": Message("error", ("日期“{value}”年月日次序不明", "the order of day, month and year in '{value}' is unclear"), ("不猜日期，按“未知”处理", "dates are never guessed; it counts as unknown"), ("写成 2026-03-05", "write 2026-03-05")),
    "date_incomplete": Message("error", ("日期“{value}”不完整", "the date '{value}' is incomplete"), ("不猜日期，按“未知”处理", "dates are never guessed; it counts as unknown"), ("写全年月日，如 2026-03-05", "write year, month and day, e.g. 2026-03-05")),
    "date_impossible": Message("error", ("日期“{value}”不存在", "there is no such day as '{value}'"), _UNDETERMINED, ("改成真实日期", "write a real date")),
    "date_implausible": Message("error", ("日期“{value}”不合理（应在 1900 至 2100 年之间）", "the date '{value}' is implausible (1900 to 2100 is expected)"), _UNDETERMINED, ("核对年份", "check the year")),
    "date_as_text_number": Message("error", ("“{value}”是以文字保存的日期序号", "'{value}' is a date serial stored as text"), ("看不出是日期还是编号", "it may be a date or a number"), ("把单元格格式改为“日期”后重新输入", "set the format to Date and enter it again")),
    "date_unreadable": Message("error", ("“{value}”不是日期", "'{value}' is not a date"), _UNDETERMINED, ("写成 2026-03-05", "write 2026-03-05")),
    "time_missing": Message("warning", ("只有日期没有时间，按当天 00:00:00 计", "a date without time, taken as 00:00:00"), ("按小时计的时限会受影响", "limits in hours depend on it"), ("写成 2026-03-05 14:30", "write 2026-03-05 14:30")),
    "open_ended": Message("info", ("“{value}”按无截止日期处理", "'{value}' is taken as: no end date"), ("长期有效的不填截止日期", "what has no end has no end date"), ("可改为留空", "it may be left blank")),
    "not_number": Message("error", ("“{value}”不是数字", "'{value}' is not a number"), _UNDETERMINED, ("只填数字", "write digits only")),
    "not_whole": Message("error", ("“{value}”不是整数", "'{value}' is not a whole number"), _UNDETERMINED, ("填整数", "write a whole number")),
    "unit": Message("error", ("“{value}”带有单位“{detail}”，与本列不符或不明", "'{value}' has the unit '{detail}', which does not fit the column"), ("单位不同不换算，按“未知”处理", "units are not converted; it counts as unknown"), ("按表头的单位填写，只填数字", "write the number in the unit of the header, digits only")),
    "percent": Message("warning", ("“{value}”按小数 {detail} 读取", "'{value}' was read as the fraction {detail}"), ("与 Excel 的百分比格式一致", "as Excel does for percentages"), ("若应为 {percent}，请去掉百分号", "if {percent} is meant, drop the percent sign")),
    "number_range": Message("error", ("数字“{value}”超出范围", "the number '{value}' is out of range"), _UNDETERMINED, ("核对位数", "check the number of digits")),
    "not_bool": Message("error", ("“{value}”不是“是”或“否”", "'{value}' is neither yes nor no"), _UNDETERMINED, ("填“是”或“否”", "write 是 or 否")),
    "not_option": Message("error", ("“{value}”不在选项中{hint}", "'{value}' is not one of the options{hint}"), _UNDETERMINED, ("可选：{options}", "options: {options_en}")),
    "text_too_long": Message("error", ("文字过长（{detail} 字）", "the text is too long ({detail} characters)"), ("多半是引号不配对，后面的行被吞进了这一格", "probably unbalanced quotes swallowed the following rows"), ("核对该行", "look at the row")),
    "dangling": Message("error", ("“{value}”在“{table}”中找不到{hint}", "'{value}' is not in '{table}'{hint}"), ("编号对不上时，跨表检查会漏掉或误报这一行", "a number that matches nothing makes checks across registers miss the row"), ("填“{table}”里的编号；若确有其事，先把它登记到“{table}”", "use a number of '{table}', or list it there first")),
    "several_values": Message("error", ("一格里填了多个编号“{value}”", "several numbers in one cell: '{value}'"), ("每行只能对应一个“{table}”编号", "each row refers to one entry of '{table}'"), ("拆成多行，每行一个编号", "split it into rows, one number each")),
    "not_a_table": Message("error", ("“{value}”不是登记表名称{hint}", "'{value}' is not the name of a register{hint}"), ("零报告要说明是哪张登记表没有发生", "a nil return must say which register had nothing to report"), ("填登记表名称，如“事件台账”", "write the title of a register, e.g. Incident register")),
}  # fmt: skip


def problem(code: str, file: str, *, sheet: str = "", cell: str = "", header: str = "", table_name: str = "", severity: ProblemSeverity | None = None, **details: Any) -> Problem:
    """A problem with its texts filled in.

    A detail may be a pair (zh, en).  Raises KeyError for a code or a detail that the catalog does
    not have: a defect of Hegui.
    """
    message = MESSAGES[code]
    details = {"header": header, **details}
    zh = {k: (v[0] if isinstance(v, tuple) else v) for k, v in details.items()}
    en = {k: (v[1] if isinstance(v, tuple) else v) for k, v in details.items()}
    what, why, fix = (Text(pair[0].format(**zh), pair[1].format(**en)) for pair in (message.what, message.why, message.fix))
    return Problem(file, sheet, cell, header, code, what, why, fix, severity or message.severity, table_name)
