"""The evidence bundle: sealed at the firm, verified and re-performed by someone who trusts nobody."""
