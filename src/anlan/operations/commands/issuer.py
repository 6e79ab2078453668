"""`anlan issuer`: who signs certificates, until when; a new signer under the same root."""

import argparse

from anlan.archives.issuer import BadIssuer, Issuer, renew, the_issuer
from anlan.proofs.trust import fingerprint, grouped, name_of


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--renew", action="store_true", help="换发签名证书，根证书和旧证明不受影响")
    parser.add_argument("--root", action="store_true", help="只输出根证书（PEM），用于公布")


def run(args: argparse.Namespace) -> int:
    try:
        found = renew() if args.renew else the_issuer()
    except BadIssuer as bad:
        print(f"{bad}。")
        return 1
    if args.root:
        print(found.root_pem, end="")
        return 0
    _tell(found)
    if args.renew:
        print("\n已换发。请重新启动后台任务（anlan work 或 anlan serve），此后的证明由新证书签名。")
    return 0


def _tell(found: Issuer) -> None:
    print(f"签名证书  {name_of(found.certificate)}")
    print(f"  指纹    {grouped(found.fingerprint)}")
    days = found.days_left.days
    print(f"  有效至  {found.certificate.not_valid_after_utc:%Y-%m-%d}（还有 {days} 天）")
    print(f"根证书    {name_of(found.root)}")
    print(f"  指纹    {grouped(fingerprint(found.root))}")
    print(f"  有效至  {found.root.not_valid_after_utc:%Y-%m-%d}")
