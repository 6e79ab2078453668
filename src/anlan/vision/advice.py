"""What a person is told who holds the phone: one short sentence for each code.

The codes travel (findings, logs, tests); the words stand here only.
"""

from collections.abc import Mapping

from anlan.lib.refusals import BadInput

ADVICE: Mapping[str, tuple[str, str]] = {
    # Files
    "empty": ("没有收到图片。", "请重新选择图片。"),
    "not_picture": ("这个文件不是图片。", "请上传 JPG、PNG 或 WebP 格式的照片。"),
    "heic": ("这是苹果手机的 HEIC 照片，平台读不了。",
             "请直接用本页拍照，或在手机“设置—相机—格式”中改为“兼容性最佳”后重拍。"),
    "avif": ("这是 AVIF 图片，平台读不了。", "请另存为 JPG 后上传。"),
    "gif": ("动图和 GIF 不能用作证明。", "请上传一张静止的 JPG 照片。"),
    "svg": ("SVG 不是照片。", "请上传拍摄的 JPG 照片。"),
    "pdf": ("这是 PDF 文件。", "请上传照片；只有 PDF 时先截图再上传。"),
    "tiff": ("TIFF、BMP 图片平台读不了。", "请另存为 JPG 后上传。"),
    "animated": ("这是一张动图。", "请上传一张静止的照片。"),
    "polyglot": ("这个文件除图片外还夹带了别的内容。", "请重新拍一张照片上传。"),
    "too_heavy": ("图片文件太大。", "请用普通清晰度重拍，或压缩到 15 MB 以内。"),
    "too_large": ("图片像素太多。", "请把相机分辨率调到 4000 万像素以下再拍。"),
    "too_small": ("图片太小，看不清。", "请靠近一些再拍，不要用缩略图。"),
    "broken": ("图片不完整，打不开。", "请重新上传；网络不好时等信号恢复后再传。"),
    # Documents
    "no_card": ("没有认出证件。", "请把证件正面平放，拍满取景框。"),
    "two_cards": ("照片里有不止一张证件。", "请一次只拍一张。"),
    "cut_off": ("证件没有拍全。", "请退后一点，四个角都拍进去。"),
    "dark": ("照片太暗。", "请到亮处，或打开灯再拍。"),
    "blurred": ("照片模糊。", "请拿稳手机，等对焦清楚后再拍。"),
    "glare": ("证件上有反光。", "请换个角度，避开灯光和窗户。"),
    "card_small": ("证件在照片里太小。", "请靠近一些，让证件占满大半个画面。"),
    "unsure": ("有些内容没有把握。", "请对照证件核对下面标出的项目。"),
    "number_doubt": ("身份证号没有读准。", "请重拍一张，或对照证件手工填写。"),
    "code_doubt": ("统一社会信用代码没有读准。", "请重拍一张，或对照执照手工填写。"),
    "birth_differs": ("出生日期与身份证号不一致。", "请重拍一张，或交工作人员核对。"),
    "sex_differs": ("性别与身份证号不一致。", "请重拍一张，或交工作人员核对。"),
    "region_differs": ("住址与身份证号所在省份不同。", "搬过家属正常，请工作人员留意。"),
    "under_age": ("证件持有人未满 16 周岁。", "请交工作人员处理。"),
    "expired": ("证件已过有效期。", "请换用有效的证件。"),
    "no_back": ("没有认出身份证国徽面。", "请把有国徽的一面平放，拍满取景框。"),
    "back_doubt": ("签发机关或有效期限没有读准。", "请把国徽面平放，避开反光，重拍一张。"),
    "span_odd": ("有效期限不是 5 年、10 年、20 年或长期。", "可能读错，请工作人员看原件。"),
    "term_age": ("有效期限与领证时的年龄不相称。", "请工作人员看原件。"),
    "authority_differs": ("签发机关与住址或身份证号不在一地。", "搬过家属正常，请工作人员留意。"),
    # Faces
    "no_face": ("没有看到人脸。", "请正对镜头，让脸在框中。"),
    "two_faces": ("画面里有不止一张脸。", "请单独一人面对镜头。"),
    "face_small": ("脸离镜头太远。", "请靠近一些，让脸占满框。"),
    "face_dark": ("光线太暗。", "请到亮处，或打开灯。"),
    "face_bright": ("光线太强。", "请避开直射的灯光或阳光。"),
    "back_light": ("背光，脸太暗。", "请转身，让光照在脸上。"),
    "face_blurred": ("画面模糊。", "请拿稳手机，擦一擦镜头。"),
    "face_turned": ("脸偏得太多。", "请正对镜头。"),
    "face_cut": ("脸没有拍全。", "请把整张脸放进框中。"),
    "covered": ("脸好像被遮住了。", "请摘下口罩、帽子和墨镜。"),
    # The check
    "too_few_frames": ("可用的画面太少。", "请在亮处拿稳手机，再做一次。"),
    "too_slow": ("没有在规定时间内做完。", "请看清提示，再做一次。"),
    "bad_times": ("画面的时间不对。", "请关闭其他程序，再做一次。"),
    "wrong_action": ("动作与提示不符。", "请看清提示，再做一次。"),
    "not_live": ("没有确认是本人在镜头前。", "请不要使用照片或屏幕；也可以改走人工核验。"),
    "doubtful_live": ("没有把握是本人在镜头前。", "先继续，工作人员会复核。"),
    "another_face": ("中途换了人或画面不连续。", "请由本人一次做完。"),
    "not_alike": ("与登记的照片不像。", "请再试一次，或改走人工核验。"),
    "doubtful_alike": ("与登记的照片相似度不够。", "先继续，工作人员会复核。"),
    "no_liveness_model": ("本机没有活体检测。", "先继续，工作人员会复核。"),
    # The worker
    "busy": ("现在核验的人多。", "请稍等一分钟再试，或改走人工核验。"),
    "too_long": ("识别用时过长，已停止。", "请再试一次，或改走人工核验。"),
    "stopped": ("识别程序中断了。", "您填写的内容没有丢失，请再试一次，或改走人工核验。"),
}  # fmt: skip


class UnusablePicture(BadInput):
    """A file that is not taken for a picture; `code` is one of `ADVICE`."""

    def __init__(self, code: str) -> None:
        super().__init__(*ADVICE[code])
        self.code = code


def words(code: str) -> str:
    """What happened and what to do, as one line."""
    return "".join(ADVICE[code])
