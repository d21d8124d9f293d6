namespace HpdCds.Chart;

/// <summary>The issues of an OperationOutcome, as a glance sees them.</summary>
internal static class OutcomeIssues
{
    /// <param name="scanner">In front of the issues; afterwards behind them.</param>
    public static void Read(ref JsonScanner scanner, List<(string? Severity, string? Code, IReadOnlyList<string> Details)> issues)
    {
        if (!scanner.BeginsList())
            return;
        while (scanner.NextItem())
        {
            string? severity = null;
            string? code = null;
            var details = new List<string>();
            if (!scanner.BeginsObject())
                continue;
            while (scanner.NextMember(out var name))
            {
                if (scanner.Is(name, "severity"u8))
                    severity = scanner.NextText();
                else if (scanner.Is(name, "code"u8))
                    code = scanner.NextText();
                else if (scanner.Is(name, "details"u8))
                    ReadDetails(ref scanner, details);
                else
                    scanner.Skip();
            }

            issues.Add((severity, code, details));
        }
    }

    private static void ReadDetails(ref JsonScanner scanner, List<string> codes)
    {
        if (!scanner.BeginsObject())
            return;
        for (var isInList = false; scanner.NextItemOf("coding"u8, ref isInList);)
            ReadDetail(ref scanner, codes);
    }

    private static void ReadDetail(ref JsonScanner scanner, List<string> codes)
    {
        if (!scanner.BeginsObject())
            return;
        while (scanner.NextMember(out var name))
        {
            if (!scanner.Is(name, "code"u8))
                scanner.Skip();
            else if (scanner.NextText() is { } code)
                codes.Add(code);
        }
    }
}
