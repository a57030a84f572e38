"""Completion for PowerShell, which click itself does not have."""

from __future__ import annotations

import os
from typing import Final

from click.shell_completion import CompletionItem, ShellComplete, add_completion_class, split_arg_string

# `$ast` is the command as it stands, `$cursor` where the cursor is in it; words after the cursor are not ours to see.
_SCRIPT: Final = """\
Register-ArgumentCompleter -Native -CommandName %(prog_name)s -ScriptBlock {
    param($word, $ast, $cursor)
    $line = $ast.ToString()
    $length = [Math]::Min($line.Length, $cursor - $ast.Extent.StartOffset)
    $env:COMP_WORDS = $line.Substring(0, $length)
    $env:COMP_CWORD = $word
    $env:%(complete_var)s = "powershell_complete"
    try {
        %(prog_name)s | ForEach-Object {
            $kind, $value, $tip = $_ -split "`t", 3
            if ($kind -eq "plain") {
                [System.Management.Automation.CompletionResult]::new($value, $value, "ParameterValue", $tip)
            }
        }
    } finally {
        Remove-Item Env:COMP_WORDS, Env:COMP_CWORD, Env:%(complete_var)s
    }
}
"""


class PowerShellComplete(ShellComplete):
    """Completion through `Register-ArgumentCompleter -Native` (PowerShell 5 and later)."""

    name = "powershell"
    source_template = _SCRIPT

    def get_completion_args(self) -> tuple[list[str], str]:
        """The words before the one that is being typed, and that one."""
        words, incomplete = split_arg_string(os.environ["COMP_WORDS"])[1:], os.environ["COMP_CWORD"]
        if incomplete and words and words[-1] == incomplete:
            words.pop()
        return words, incomplete

    def format_completion(self, item: CompletionItem) -> str:
        """Kind, value and tip; PowerShell refuses an empty tip."""
        return f"{item.type}\t{item.value}\t{item.help or item.value}"


def offer() -> None:
    """Let click know of it."""
    add_completion_class(PowerShellComplete)
