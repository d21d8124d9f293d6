using System.Text.RegularExpressions;
using HpdCds.Chart;

namespace HpdCds.Tests.Chart;

public sealed class PrefetchTableTests
{
    private static readonly PrefetchTable Table = new(SmallCodeSets.Create());

    [Fact]
    [Trait("Req", "PFT-01")]
    [Trait("Req", "PFT-02")]
    [Trait("Req", "PFT-03")]
    [Trait("Req", "PFT-04")]
    [Trait("Req", "PFT-05")]
    [Trait("Req", "PFT-06")]
    public void Templates_are_reads_or_searches_of_one_type_for_the_context_patient() => Assert.All(Table.Rows, row =>
    {
        Assert.Matches(@"^[A-Z][A-Za-z]+(/\{\{context\.patientId\}\}|\?patient=\{\{context\.patientId\}\}&.+)$", row.Template);
        Assert.Equal(["context.patientId"], Regex.Matches(row.Template, @"\{\{(?<token>.*?)\}\}", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1)).Select(match => match.Groups["token"].Value).Distinct());
    });

    [Fact]
    [Trait("Req", "PFT-07")]
    [Trait("Req", "PFT-13")]
    [Trait("Req", "FS-05")]
    [Trait("Req", "FS-07")]
    [Trait("Req", "FS-10")]
    [Trait("Req", "FS-11")]
    [Trait("Req", "FS-12")]
    [Trait("Req", "FS-16")]
    public void Searches_use_what_us_core_servers_must_support() => Assert.All(Table.Rows.Where(row => row.Template.Contains('?', StringComparison.Ordinal)), row =>
    {
        var names = row.Template.Split('?')[1].Split('&').Select(pair => pair.Split('=')[0]).ToList();
        Assert.Equal(names.Distinct(), names);
        Assert.Empty(names.Except(row.ResourceType switch
        {
            "Observation" => ["patient", "code", "_sort", "_count"],
            "Condition" => ["patient", "category", "_count"],
            "MedicationRequest" => ["patient", "intent", "_count"],
            _ => ["patient", "_count"],
        }));
        if (row.ResourceType == "Observation")
            Assert.Contains("_sort=-date", row.Template, StringComparison.Ordinal);
    });

    [Fact]
    [Trait("Req", "PFT-08")]
    [Trait("Req", "FS-01")]
    [Trait("Req", "FS-02")]
    public void Codes_are_listed_with_their_systems_and_templates_stay_short()
    {
        var cbc = Table.Rows.Single(row => row.Key == ChartKey.Cbc);

        Assert.Contains("code=http://loinc.org|718-7,http://loinc.org|6690-2,http://loinc.org|731-0,http://loinc.org|751-8&", cbc.Template, StringComparison.Ordinal);
        Assert.Contains("http://loinc.org%7C718-7,", cbc.QueryFor("p"), StringComparison.Ordinal);
        Assert.All(Table.Rows, row => Assert.True(row.Template.Length < 1500));
    }

    [Fact]
    [Trait("Req", "FHR-12")]
    public void Our_own_reading_takes_ten_calls_for_the_codes_as_shipped()
    {
        var table = new PrefetchTable(HpdCds.Tests.Knowledge.Profiles.AsShipped.Codes);
        var calls = table.Rows.GroupBy(row => row.AskedAs ?? row.Name).Select(rows => PrefetchTable.QueryFor([.. rows], "p")).ToArray();

        Assert.Equal(14, table.Rows.Length);
        Assert.Equal(10, calls.Distinct().Count());
        Assert.All(table.Rows, row => Assert.True(row.Template.Length < 1500, row.Name));
        Assert.Contains(calls, call => new[] { "1834-1", "89247-1", "21905-5" }.All(code => call.Contains(code, StringComparison.Ordinal)));
    }

    [Fact]
    public void Where_growth_is_read_too_nothing_of_a_course_is_too_old()
    {
        var table = new PrefetchTable(HpdCds.Tests.Knowledge.Profiles.AsShipped.Codes);

        Assert.All(["afp-mass", "ecog", "leukocytes"], group => Assert.Equal((group, true, false), (group, table.IsWindowed(group), table.WithGrowth.IsWindowed(group))));
        Assert.True(table.WithGrowth.IsWindowed("ldh"));
    }

    [Fact]
    public void A_key_whose_groups_have_no_codes_does_not_exist()
    {
        var nothing = new PrefetchTable(SmallCodeSets.Create() with { Observations = new([]) });

        Assert.DoesNotContain(nothing.Rows, row => row.ResourceType == "Observation");
        Assert.Equal(ChartKey.Staging, Table.Rows.Single(row => row.Template.Contains(SmallCodeSets.Site, StringComparison.Ordinal)).Key);
    }

    [Fact]
    [Trait("Req", "FS-01")]
    public void Signs_with_a_meaning_in_searches_are_escaped()
    {
        var odd = new PrefetchTable(SmallCodeSets.Create() with { Observations = new([new("https://a.example/x", "a,b|c&d", "", "ldh", false)]) });

        Assert.Contains("""a%5C,b%5C%7Cc%26d&""", odd.Rows.Single(row => row.Key == ChartKey.Chemistry).QueryFor("p"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_patient_id_cannot_leave_its_place() =>
        Assert.Equal("Patient/a%2F..%3Fx%26", Table.Rows[0].QueryFor("a/..?x&"));
}
