namespace HpdCds.Chart;

/// <summary>The codings of a CodeableConcept, as a glance sees them.</summary>
internal static class ConceptCodings
{
    /// <param name="scanner">In front of the concept; afterwards behind it.</param>
    /// <param name="isDoubled">Set where a coding says its system or its code twice.</param>
    public static (string? System, string Code)[] Read(ref JsonScanner scanner, WalkMemory known, ref bool isDoubled)
    {
        List<(string? System, string Code)>? codes = null;
        if (!scanner.BeginsObject())
            return [];
        for (var isInList = false; scanner.NextItemOf("coding"u8, ref isInList);)
        {
            if (ReadCoding(ref scanner, known, ref isDoubled) is { } coding)
                (codes ??= []).Add(coding);
        }

        return codes is null ? [] : [.. codes];
    }

    private static (string? System, string Code)? ReadCoding(ref JsonScanner scanner, WalkMemory known, ref bool isDoubled)
    {
        string? system = null;
        string? code = null;
        if (!scanner.BeginsObject())
            return null;
        while (scanner.NextMember(out var name))
        {
            if (scanner.Is(name, "system"u8))
                (isDoubled, system) = (isDoubled || system is not null, known.NextText(ref scanner));
            else if (scanner.Is(name, "code"u8))
                (isDoubled, code) = (isDoubled || code is not null, known.NextText(ref scanner));
            else
                scanner.Skip();
        }

        return code is null ? null : (system, code);
    }
}
