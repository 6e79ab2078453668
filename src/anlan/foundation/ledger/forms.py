"""Text in, clean values out: a new witness, the end of one."""

from django import forms


class WitnessForm(forms.Form):
    organization = forms.CharField(
        label="见证单位", max_length=120, help_text="运营方以外的单位，例如同级部门、培训协会"
    )
    vkey = forms.CharField(
        label="见证公钥",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false", "autocomplete": "off"}),
        help_text="见证单位运行 anlan cosign --new-key 时打印的一整行",
        error_messages={"max_length": "太长了，公钥只有一行，请核对是否多粘贴了内容。"},
    )


class RetireForm(forms.Form):
    reason = forms.CharField(label="停用原因", max_length=200, help_text="例如：换密钥")
