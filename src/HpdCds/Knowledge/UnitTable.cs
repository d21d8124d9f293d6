using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace HpdCds.Knowledge;

/// <summary>What a unit means for one analyte: how to reach the canonical unit, or why that cannot be done.</summary>
public abstract record UnitConversion
{
    private UnitConversion()
    {
    }

    /// <summary>Value x <paramref name="Factor"/> is in <paramref name="Canonical"/>.</summary>
    public sealed record Exact(decimal Factor, string Canonical) : UnitConversion;

    /// <summary>The factor depends on the assay; a verdict must hold by both.</summary>
    public sealed record Uncertain(decimal Factor, decimal Alternative, string Canonical) : UnitConversion;

    /// <summary>A unit we know, of something else: a percentage where a count is expected.</summary>
    public sealed record OtherQuantity(string Unit) : UnitConversion;

    public sealed record Missing : UnitConversion;

    public sealed record UnknownUnit : UnitConversion;
}

/// <summary>
/// Units by analyte. Spellings come first and only listed ones count, in exactly their case: "K/uL" is valid UCUM for
/// kelvin per microlitre and "G/L" for gauss per litre, so that no library may see them before this table.
/// </summary>
public sealed class UnitTable
{
    public const string FileName = "units.json";

    private readonly FrozenDictionary<string, UnitsOfAnalyte> _analytes;
    private readonly FrozenDictionary<string, string> _spellings;
    private readonly FrozenSet<string> _units;

    private UnitTable(UnitFile file)
    {
        _analytes = file.Analytes.ToFrozenDictionary(StringComparer.Ordinal);
        _spellings = BySpelling(file.Spellings);
        _units = file.Units.ToFrozenSet(StringComparer.Ordinal);
    }

    public IEnumerable<string> Analytes => _analytes.Keys;

    /// <summary>Every way to write a unit that is known here.</summary>
    public IEnumerable<string> AllSpellings => _units.Concat(_spellings.Keys);

    public static UnitTable Load(KnowledgeFiles files, KnowledgeErrors errors)
    {
        var nothing = new UnitTable(new UnitFile("", [], [], []));
        if (files.Find(FileName) is not { } found)
        {
            errors.Add(FileName, "is missing");
            return nothing;
        }

        try
        {
            var file = found.Root.Deserialize<UnitFile>(KnowledgeShapes.Strict)!;
            var faults = UnitFaults.Of(file).ToArray();
            foreach (var fault in faults)
                errors.Add(found.File.Name, fault);
            return faults.Length == 0 ? new UnitTable(file) : nothing;
        }
        catch (JsonException failure)
        {
            errors.Add(found.File.Name, failure.Message);
            return nothing;
        }
    }

    public string CanonicalOf(string analyte) => Of(analyte).Canonical;

    /// <summary>Whether a unit is written in a way that is listed here, of whatever analyte.</summary>
    public bool Knows(string unit)
    {
        ArgumentNullException.ThrowIfNull(unit);
        var written = WithoutMicroSigns(unit.Trim());
        return _units.Contains(written) || _spellings.ContainsKey(written) || _analytes.Values.Any(rules => rules.SpellingsByText.ContainsKey(written));
    }

    /// <summary>Whether two units of one value, both known here, cannot both be meant: they are of two sizes or of two quantities.</summary>
    public bool Contradict(string analyte, string? one, string? other)
    {
        if (string.IsNullOrWhiteSpace(one) || string.IsNullOrWhiteSpace(other) || one == other)
            return false;
        return (Find(analyte, one), Find(analyte, other)) switch
        {
            (UnitConversion.UnknownUnit, _) or (_, UnitConversion.UnknownUnit) => false,
            (UnitConversion.OtherQuantity, UnitConversion.OtherQuantity) => false,
            var (first, second) => first != second,
        };
    }

    public UnitConversion Find(string analyte, string? unit)
    {
        var rules = Of(analyte);
        if (string.IsNullOrWhiteSpace(unit))
            return rules.AcceptsNoUnit ? new UnitConversion.Exact(1, rules.Canonical) : new UnitConversion.Missing();

        var written = WithoutMicroSigns(unit.Trim());
        var ucum = rules.SpellingsByText.GetValueOrDefault(written) ?? _spellings.GetValueOrDefault(written) ?? written;
        if (rules.Factors.TryGetValue(ucum, out var factor))
            return new UnitConversion.Exact(factor, rules.Canonical);
        if (rules.Uncertain.TryGetValue(ucum, out var uncertain))
            return new UnitConversion.Uncertain(uncertain.Factor, uncertain.Alternative, rules.Canonical);
        return _units.Contains(ucum) && rules.Unconverted?.Contains(ucum, StringComparer.Ordinal) != true ? new UnitConversion.OtherQuantity(ucum) : new UnitConversion.UnknownUnit();
    }

    /// <summary>The micro sign and the Greek letter are both typed for "u"; UCUM allows neither.</summary>
    private static string WithoutMicroSigns(string unit) => unit.Replace('\u00B5', 'u').Replace('\u03BC', 'u');

    internal static FrozenDictionary<string, string> BySpelling(Dictionary<string, ImmutableArray<string>> spellings) =>
        spellings.SelectMany(pair => pair.Value.Select(text => (Text: text, Unit: pair.Key)))
            .ToFrozenDictionary(pair => pair.Text, pair => pair.Unit, StringComparer.Ordinal);

    private UnitsOfAnalyte Of(string analyte) => _analytes.TryGetValue(analyte, out var rules)
        ? rules
        : throw new ArgumentException($"No unit rules for '{analyte}'.", nameof(analyte));
}

/// <param name="Units">Every UCUM unit that the file speaks of, also those that are another quantity everywhere.</param>
/// <param name="Spellings">UCUM unit to the ways in which it is written, for every analyte.</param>
internal sealed record UnitFile(
    string Description,
    ImmutableArray<string> Units,
    Dictionary<string, ImmutableArray<string>> Spellings,
    Dictionary<string, UnitsOfAnalyte> Analytes);

/// <param name="Spellings">Spellings that mean this only here; they go before the common ones.</param>
/// <param name="Unconverted">Units in which the same thing is reported and for which no factor is sure.</param>
internal sealed record UnitsOfAnalyte(
    string Canonical,
    bool AcceptsNoUnit,
    Dictionary<string, decimal> Factors,
    Dictionary<string, TwoFactors> Uncertain,
    Dictionary<string, ImmutableArray<string>> Spellings,
    List<string>? Unconverted = null)
{
    [JsonIgnore]
    public FrozenDictionary<string, string> SpellingsByText => field ??= UnitTable.BySpelling(Spellings);
}

internal sealed record TwoFactors(decimal Factor, decimal Alternative);
