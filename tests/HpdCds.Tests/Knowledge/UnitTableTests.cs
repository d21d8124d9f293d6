using System.Globalization;
using System.Text.Json;
using HpdCds.Knowledge;

namespace HpdCds.Tests.Knowledge;

public sealed class UnitTableTests
{
    private static UnitTable Units => Profiles.AsShipped.Units;

    /// <summary>Every spelling in the file with the analytes of whose unit it is one: read from the file, so that none is left out.</summary>
    public static TheoryData<string, string, string> EverySpelling
    {
        get
        {
            using var document = JsonDocument.Parse(Profiles.TextOf("units.json"));
            var rows = new TheoryData<string, string, string>();
            var common = Spellings(document.RootElement.GetProperty("spellings")).ToArray();
            foreach (var analyte in document.RootElement.GetProperty("analytes").EnumerateObject())
            {
                var own = Spellings(analyte.Value.GetProperty("spellings")).ToArray();
                var known = analyte.Value.GetProperty("factors").EnumerateObject().Concat(analyte.Value.GetProperty("uncertain").EnumerateObject())
                    .Select(unit => unit.Name).ToHashSet(StringComparer.Ordinal);
                foreach (var (text, unit) in own.Concat(common.Where(spelling => own.All(other => other.Text != spelling.Text))))
                {
                    if (known.Contains(unit))
                        rows.Add(analyte.Name, text, unit);
                }
            }

            return rows;
        }
    }

    [Theory]
    [InlineData("cell-count", "10*9/L", "1")]
    [InlineData("cell-count", "10*3/uL", "1")]
    [InlineData("cell-count", "10*3/mm3", "1")]
    [InlineData("cell-count", "/nL", "1")]
    [InlineData("cell-count", "10*6/L", "0.001")]
    [InlineData("cell-count", "/uL", "0.001")]
    [InlineData("cell-count", "/mm3", "0.001")]
    [InlineData("cell-count", "{cells}/uL", "0.001")]
    [InlineData("percent", "%", "1")]
    [InlineData("albumin", "g/L", "1")]
    [InlineData("albumin", "g/dL", "10")]
    [InlineData("albumin", "mg/dL", "0.01")]
    [InlineData("bilirubin", "umol/L", "1")]
    [InlineData("bilirubin", "mg/dL", "17.104")]
    [InlineData("bilirubin", "mg/L", "1.7104")]
    [InlineData("ldh", "U/L", "1")]
    [InlineData("ldh", "[IU]/L", "1")]
    [InlineData("ldh", "ukat/L", "60")]
    [InlineData("ldh", "nkat/L", "0.06")]
    [InlineData("afp", "ng/mL", "1")]
    [InlineData("afp", "ug/L", "1")]
    [InlineData("afp", "ng/L", "0.001")]
    [InlineData("crp", "mg/L", "1")]
    [InlineData("crp", "mg/dL", "10")]
    [InlineData("crp", "g/L", "1000")]
    [InlineData("crp", "ug/mL", "1")]
    [InlineData("haemoglobin", "g/dL", "10")]
    [InlineData("haemoglobin", "g/L", "1")]
    [InlineData("haemoglobin", "mmol/L", "16.114")]
    [InlineData("inr", "{INR}", "1")]
    [InlineData("inr", "1", "1")]
    [InlineData("il-6", "pg/mL", "1")]
    [InlineData("il-6", "ng/L", "1")]
    [InlineData("tumour-size", "mm", "1")]
    [InlineData("tumour-size", "cm", "10")]
    [InlineData("ratio", "{ratio}", "1")]
    [InlineData("score", "{score}", "1")]
    public void Factors_are_exact(string analyte, string unit, string factor) =>
        Assert.Equal(new UnitConversion.Exact(decimal.Parse(factor, CultureInfo.InvariantCulture), Units.CanonicalOf(analyte)), Units.Find(analyte, unit));

    [Theory]
    [MemberData(nameof(EverySpelling))]
    public void Every_spelling_means_the_unit_it_stands_for(string analyte, string spelling, string unit)
    {
        var found = Units.Find(analyte, spelling);
        Assert.Equal(Units.Find(analyte, unit), found);
        Assert.True(found is UnitConversion.Exact or UnitConversion.Uncertain, spelling);
        Assert.Equal(found, Units.Find(analyte, $" {spelling} "));
    }

    [Theory]
    [InlineData("K/uL", "1")]
    [InlineData("K/µL", "1")]
    [InlineData("K/μL", "1")]
    [InlineData("x10E3/uL", "1")]
    [InlineData("10^9/L", "1")]
    [InlineData("G/L", "1")]
    [InlineData("10*3/mm3", "1")]
    [InlineData("thou/uL", "1")]
    [InlineData("x10(9)/L", "1")]
    [InlineData("cells/µL", "0.001")]
    [InlineData("/cumm", "0.001")]
    [InlineData("*10^9/L", "1")]
    [InlineData("10*3/mm^3", "1")]
    public void Counts_are_read_as_records_write_them(string unit, string factor) =>
        Assert.Equal(new UnitConversion.Exact(decimal.Parse(factor, CultureInfo.InvariantCulture), "10*9/L"), Units.Find("cell-count", unit));

    [Theory]
    [InlineData("cell-count", "G/L", "10*9/L")]
    [InlineData("albumin", "G/L", "g/L")]
    [InlineData("haemoglobin", "G/L", "g/L")]
    [InlineData("ldh", "IU/L", "U/L")]
    [InlineData("bilirubin", "µmol/L", "umol/L")]
    [InlineData("afp", "μg/L", "ng/mL")]
    public void One_spelling_may_mean_different_things_of_different_analytes(string analyte, string unit, string canonical) =>
        Assert.Equal(new UnitConversion.Exact(1, canonical), Units.Find(analyte, unit));

    [Theory]
    [InlineData("[IU]/mL")]
    [InlineData("k[IU]/L")]
    [InlineData("IU/mL")]
    [InlineData("kU/L")]
    [InlineData("U/mL")]
    public void Afp_in_international_units_has_two_factors(string unit) =>
        Assert.Equal(new UnitConversion.Uncertain(1.21m, 1.28m, "ng/mL"), Units.Find("afp", unit));

    [Theory]
    [InlineData("cell-count", "%", "%")]
    [InlineData("cell-count", "g/L", "g/L")]
    [InlineData("percent", "K/uL", "10*3/uL")]
    [InlineData("inr", "s", "s")]
    [InlineData("inr", "%", "%")]
    [InlineData("afp", "{M.o.M}", "{M.o.M}")]
    [InlineData("afp", "MoM", "{M.o.M}")]
    [InlineData("afp", "umol/L", "umol/L")]
    [InlineData("ldh", "g/L", "g/L")]
    [InlineData("crp", "nmol/L", "nmol/L")]
    public void A_known_unit_of_something_else_is_told_from_an_unknown_one(string analyte, string unit, string other) =>
        Assert.Equal(new UnitConversion.OtherQuantity(other), Units.Find(analyte, unit));

    [Theory]
    [InlineData("cell-count", "k/UL")]
    [InlineData("albumin", "G/l")]
    [InlineData("albumin", "mG/dL")]
    [InlineData("tumour-size", "Mm")]
    [InlineData("ldh", "UI/L")]
    [InlineData("afp", "bananas")]
    public void Only_listed_spellings_in_their_case_count(string analyte, string unit) =>
        Assert.IsType<UnitConversion.UnknownUnit>(Units.Find(analyte, unit));

    [Theory]
    [InlineData("umol/L")]
    [InlineData("mmol/L")]
    public void A_unit_without_a_sure_factor_is_not_called_another_quantity(string unit) =>
        Assert.IsType<UnitConversion.UnknownUnit>(Units.Find("albumin", unit));

    [Theory]
    [InlineData("inr", true)]
    [InlineData("score", true)]
    [InlineData("cell-count", false)]
    [InlineData("percent", false)]
    [InlineData("albumin", false)]
    [InlineData("bilirubin", false)]
    [InlineData("ldh", false)]
    [InlineData("afp", false)]
    [InlineData("crp", false)]
    [InlineData("haemoglobin", false)]
    [InlineData("il-6", false)]
    [InlineData("ratio", false)]
    [InlineData("tumour-size", false)]
    public void Only_inr_and_scores_may_come_without_a_unit(string analyte, bool accepted)
    {
        UnitConversion expected = accepted ? new UnitConversion.Exact(1, Units.CanonicalOf(analyte)) : new UnitConversion.Missing();
        Assert.Equal(expected, Units.Find(analyte, null));
        Assert.Equal(expected, Units.Find(analyte, " "));
    }

    [Fact]
    public void An_analyte_without_rules_is_a_mistake_of_ours() =>
        Assert.Throws<ArgumentException>(() => Units.Find("sodium", "mmol/L"));

    private static IEnumerable<(string Text, string Unit)> Spellings(JsonElement spellings) =>
        spellings.EnumerateObject().SelectMany(unit => unit.Value.EnumerateArray().Select(text => (text.GetString()!, unit.Name)));
}
