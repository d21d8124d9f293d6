namespace HpdCds.Clinical;

/// <summary>
/// Why a fact is not known (clinical model, section 1). A stable code: callers may switch on its kebab-case name
/// (<see cref="UnknownReasons.Code"/>).
/// </summary>
public enum UnknownReason
{
    /// <summary>The source was read and does not hold it.</summary>
    NotRecorded,

    /// <summary>The client neither sent the data nor gave usable access to them.</summary>
    NotSupplied,

    /// <summary>The user or the client may not see the data.</summary>
    NotAuthorised,

    /// <summary>The source failed to answer.</summary>
    SourceFailed,

    /// <summary>The source was not read to its end, so a newer value may exist.</summary>
    Truncated,

    /// <summary>Recorded before the window in which the fact may be used.</summary>
    TooOld,

    /// <summary>Recorded in a way that cannot be read.</summary>
    Unreadable,

    /// <summary>The unit is missing or not in the unit table.</summary>
    UnknownUnit,

    /// <summary>The code says one quantity and the unit another (26474-7 in %).</summary>
    CodeUnitConflict,

    /// <summary>Outside what a living patient can have; nothing is rescaled.</summary>
    Implausible,

    /// <summary>The result carries no usable limit of its own laboratory.</summary>
    NoReferenceRange,

    /// <summary>The date is too coarse to decide.</summary>
    ImpreciseDate,

    /// <summary>Two statements of equal weight disagree.</summary>
    Conflicting,

    /// <summary>A result with &lt; or &gt; that does not settle the threshold.</summary>
    BoundOnly,

    /// <summary>The possible conversion factors fall on different sides of the threshold.</summary>
    ConversionUncertain,

    /// <summary>The record can be read in two ways.</summary>
    Ambiguous,

    /// <summary>Both halves exist, but not from one specimen, panel or time.</summary>
    NotPaired,

    /// <summary>A part, or the grade of a part, is not known.</summary>
    ComponentUnknown,

    /// <summary>Something else explains the value.</summary>
    Confounded,
}

/// <summary>The codes of the reasons on the wire.</summary>
public static class UnknownReasons
{
    /// <summary>The kebab-case code, such as <c>not-recorded</c>.</summary>
    public static string Code(this UnknownReason reason) => Kebab.Case(reason);
}

/// <summary>What can explain an inflammation marker or a clotting time apart from the tumour (clinical model, sections 1 and 9).</summary>
public enum Confounder
{
    /// <summary>A systemic corticosteroid ordered or given within 14 days.</summary>
    Corticosteroid,

    /// <summary>Granulocyte colony-stimulating factor ordered or given within 14 days.</summary>
    GCsf,

    /// <summary>An active infection.</summary>
    Infection,

    /// <summary>Transarterial chemoembolisation within 28 days.</summary>
    Tace,

    /// <summary>A haemolysed specimen.</summary>
    Haemolysis,

    /// <summary>A vitamin K antagonist or a direct oral anticoagulant.</summary>
    Anticoagulant,
}

/// <summary>Turns the names of enumerations into the codes of the wire.</summary>
public static class Kebab
{
    // Names of values of enumerations only: there are not many, and each is asked for with every answer.
    private static readonly System.Collections.Concurrent.ConcurrentDictionary<string, string> Known = new(StringComparer.Ordinal);

    /// <summary>The code of a value, without a box for it.</summary>
    public static string Case<T>(T value)
        where T : struct, Enum => Case(Enum.GetName(value) ?? value.ToString());

    /// <summary><c>FallbackFromNewer</c> becomes <c>fallback-from-newer</c>.</summary>
    public static string Case(string pascalCase)
    {
        ArgumentNullException.ThrowIfNull(pascalCase);
        return Known.GetOrAdd(pascalCase, static name => string.Concat(name.Select((letter, at) => char.IsAsciiLetterUpper(letter)
            ? (at == 0 ? "" : "-") + char.ToLowerInvariant(letter)
            : letter.ToString())));
    }
}
