using System.Globalization;
using System.Text.Json.Nodes;
using HpdCds.Knowledge;

namespace HpdCds.Tests.Knowledge;

/// <summary>No number without a source, no source without a number.</summary>
public sealed class EvidenceTests
{
    [Theory]
    [InlineData("models/hpd-hcc.json", "factors[child-pugh].levels[0].projectChoice", "child-pugh, the cut-off of 1 points: needs evidence, or projectChoice with the reason")]
    [InlineData("models/hpd-hcc.json", "factors[nlr].levels[1].evidence", "nlr, the cut-off of 1 points: needs evidence")]
    [InlineData("models/hpd-hcc.json", "factors[pvtt].projectChoice", "the weight of pvtt needs projectChoice")]
    [InlineData("models/hpd-hcc.json", "domains[invasion].projectChoice", "the cap of invasion needs projectChoice")]
    [InlineData("models/hpd-hcc.json", "bands[1].projectChoice", "the band Raised needs projectChoice")]
    [InlineData("models/hpd-solid.json", "domains[spread].projectChoice", "the cap of spread needs projectChoice")]
    [InlineData("facts.json", "basis[8]", "futureMinutes has no basis")]
    [InlineData("facts.json", "basis[0].projectChoice", "windowsInDays.cbc, windowsInDays.ldh, windowsInDays.crp, windowsInDays.il-6: needs evidence")]
    [InlineData("simulation.json", "cohorts[0].factors[3].projectChoice", "hpd-hcc, spread: needs evidence")]
    [InlineData("simulation.json", "cohorts[0].factors[3]", "hpd-hcc: the core factor spread is not simulated")]
    public void A_number_without_a_source_stops_the_start(string file, string removed, string fault) =>
        AssertRefused(file, fault, root => Remove(root, removed));

    [Theory]
    [InlineData("models/hpd-hcc.json", "\"evidence\": [\"maesaka-2022\"]}", "\"evidence\": [\"nobody-2020\"]}", "the citation nobody-2020 is not in evidence.json")]
    [InlineData("models/hpd-hcc.json", "\"definition\": \"4-fold TGR or TGK\"", "\"definition\": \" \"", "5/85 needs the definition")]
    [InlineData("models/hpd-hcc.json", "\"events\": 24, \"of\": 189", "\"events\": 240, \"of\": 189", "240 of 189 is not a rate")]
    [InlineData("models/hpd-hcc.json", "\"evidence\": \"zhang-2021\"", "\"evidence\": \"nobody-2020\"", "rates: the citation nobody-2020")]
    [InlineData("facts.json", "\"of\": [\"pairingHours\"]", "\"of\": [\"pairingHours\", \"pairingDays\"]", "pairingDays is no number of this file")]
    [InlineData("facts.json", "\"of\": [\"pairingHours\"]", "\"of\": [\"pairingHours\", \"futureMinutes\"]", "futureMinutes is no number of this file, or stands twice")]
    [InlineData("facts.json", "\"pairingHours\": 2", "\"pairingHours\": 2, \"tumourDays\": 3", "shape of its kind")]
    [InlineData("evidence.json", "\"confidence\": \"direction only; numbers not seen\"", "\"confidence\": \"\"", "gao-2025 needs its citation, population, finding and confidence")]
    [InlineData("evidence.json", "\"id\": \"yan-2023\"", "\"id\": \"yumita-2023\"", "yumita-2023 stands twice")]
    [InlineData("about/en/hpd-hcc.json", "\"window\": \"ldh\"", "\"window\": \"lactate\"", "there is no window lactate")]
    [InlineData("about/en/hpd-hcc.json", "\"analyte\": \"ldh\"", "\"analyte\": \"lactate\"", "there are no units for lactate")]
    [InlineData("about/en/hpd-hcc.json", "\"factors\": [\"afp\"]", "\"factors\": [\"albi\"]", "no input feeds the core factor afp")]
    [InlineData("about/en/hpd-solid.json", "\"chen-2020\", \"wang-2021\"", "\"chen-2020\", \"wang-2031\"", "about/en/hpd-solid.json: conflicts: the citation wang-2031")]
    [InlineData("about/en/service.json", "\"number\": 16,", "\"number\": 15,", "predictiveAttributes must be numbered from 1 to 31")]
    [InlineData("about/en/service.json", "\"answer\": \"Nobody yet.\"", "\"answer\": \"\"", "predictiveAttributes: 18 has no answer")]
    [InlineData("safety/hazards.json", "\"id\": \"H02\"", "\"id\": \"H01\"", "H01 stands twice")]
    public void A_broken_source_stops_the_start(string file, string from, string to, string fault)
    {
        var broken = Profiles.TextOf(file).Replace(from, to, StringComparison.Ordinal);
        Assert.NotEqual(Profiles.TextOf(file), broken);
        AssertRefused(fault, Profiles.Overlay(file, broken));
    }

    [Fact]
    public void A_citation_that_nothing_uses_is_refused()
    {
        const string leftover = """{ "id": "left-2001", "citation": "A paper", "population": "p", "finding": "f", "confidence": "c" }, """;
        AssertRefused("evidence.json: left-2001 is used by nothing", Profiles.Overlay("evidence.json", Profiles.TextOf("evidence.json").Replace("{ \"id\": \"kim-2021-hcc\"", leftover + "{ \"id\": \"kim-2021-hcc\"", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_site_that_drops_a_row_may_keep_its_citation()
    {
        var table = Parsed("models/hpd-hcc.json");
        Remove(table, "factors[treg]");

        Assert.Contains("kamada-2019", Profiles.With(Profiles.Overlay("models/hpd-hcc.json", table.ToJsonString())).Evidence.Keys);
    }

    [Fact]
    public void Every_citation_can_be_looked_up_or_says_why_not() =>
        Assert.All(Profiles.AsShipped.Evidence.Values.Where(citation => citation.Doi is null && citation.Pmid is null), citation =>
            Assert.Contains(citation.Id, new[] { "meta-1766", "kanjanapan-2019", "lo-russo-2019", "wang-2021", "evidence-review-2026", "ferte-2014", "ferrara-2018", "matos-2020", "kim-2019" }));

    private static void AssertRefused(string file, string fault, Action<JsonNode> change)
    {
        var root = Parsed(file);
        change(root);
        AssertRefused(fault, Profiles.Overlay(file, root.ToJsonString()));
    }

    private static void AssertRefused(string fault, KnowledgeFile broken)
    {
        var refused = Assert.Throws<KnowledgeException>(() => Profiles.With(broken));
        Assert.Contains(refused.Errors, error => error.Contains(fault, StringComparison.Ordinal));
    }

    private static JsonNode Parsed(string file) => JsonNode.Parse(Profiles.TextOf(file))!;

    // A path such as factors[nlr].levels[1].evidence; what stands in brackets is an index or an id.
    private static void Remove(JsonNode root, string path)
    {
        var steps = path.Replace("[", ".[", StringComparison.Ordinal).Split('.');
        var holder = steps[..^1].Aggregate(root, Step);
        if (holder is JsonArray items)
            items.Remove(Step(holder, steps[^1]));
        else
            Assert.True(holder.AsObject().Remove(steps[^1]));
    }

    private static JsonNode Step(JsonNode node, string step)
    {
        if (!step.StartsWith('['))
            return node[step]!;
        var name = step[1..^1];
        return int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var index) ? node[index]! : node.AsArray().Single(item => (string?)item!["id"] == name)!;
    }
}
