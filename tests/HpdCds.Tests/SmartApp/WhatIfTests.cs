using HpdCds.Clinical;
using HpdCds.SmartApp;
using HpdCds.Tests.Cases;

namespace HpdCds.Tests.SmartApp;

/// <summary>What a reader may try: the unknowns, and only those; nothing of it is from the chart.</summary>
public sealed class WhatIfTests(WhatIfTests.Read read) : IClassFixture<WhatIfTests.Read>
{
    [Fact]
    public void Setting_an_unknown_never_changes_what_is_known_and_never_widens()
    {
        Assert.InRange(read.Pictures.Count, 100, int.MaxValue);
        foreach (var (name, picture) in read.Pictures)
        {
            var (before, facts) = (picture.Assessment!, picture.Reading!.Factors);
            foreach (var question in WhatIf.Questions(before))
            {
                Assert.Equal(FactState.Unknown, question.Row.State);
                foreach (var choice in question.Choices)
                {
                    var tried = WhatIf.Of(before, facts, [KeyValuePair.Create(WhatIf.Field + question.Row.Factor.Id, choice.Code)])!.Assessment;
                    Assert.All(before.Factors.Zip(tried.Factors).Where(pair => pair.First.Factor.Id != question.Row.Factor.Id), pair => Assert.Equal(pair.First, pair.Second));
                    Assert.Equal(new PointsRange(choice.Points, choice.Points), tried[question.Row.Factor.Id].Points);
                    Assert.True(tried.Points.Low >= before.Points.Low && tried.Points.High <= before.Points.High || !question.Row.Factor.IsCore, name);
                }
            }
        }
    }

    [Fact]
    public void Nothing_that_the_chart_knows_can_be_set()
    {
        foreach (var (name, picture) in read.Pictures)
        {
            var everything = picture.Assessment!.Factors.SelectMany(row => ((string[])["0", "1", "none"]).Select(code => KeyValuePair.Create(WhatIf.Field + row.Factor.Id, code)));
            var whatIf = WhatIf.Of(picture.Assessment, picture.Reading!.Factors, everything);
            Assert.All(picture.Assessment.Factors.Where(row => row.State != FactState.Unknown), row =>
            {
                Assert.False(whatIf?.Answers.ContainsKey(row.Factor.Id) ?? false, name);
                Assert.Equal(row, whatIf is null ? row : whatIf.Assessment[row.Factor.Id]);
            });
        }
    }

    [Theory]
    [InlineData("set-pvtt", "7")]
    [InlineData("set-pvtt", "")]
    [InlineData("pvtt", "0")]
    [InlineData("set-nobody", "0")]
    public void What_names_no_open_row_or_no_choice_of_it_sets_nothing(string field, string value)
    {
        var picture = read.Pictures["differing-the-example-of-the-model"];
        Assert.Null(WhatIf.Of(picture.Assessment!, picture.Reading!.Factors, [KeyValuePair.Create(field, value)]));
    }

    [Fact]
    public void Of_a_bound_only_what_it_leaves_open_can_be_tried()
    {
        var question = Assert.Single(WhatIf.Questions(read.Pictures["bound-only-nlr-partly-settled"].Assessment!), question => question.Row.Factor.Id == "nlr");
        Assert.Equal([("0", 2), ("1", 1)], question.Choices.Select(choice => (choice.Code, choice.Points)));
    }

    [Fact]
    public async Task What_cannot_be_assessed_can_become_assessable()
    {
        await using var pictures = new Pictures();
        var picture = await pictures.OfGoldenAsync("cannot-assess-no-blood-count-no-liver-tests");
        Assert.Equal(PictureKind.NotAssessable, picture.Kind);
        var whatIf = WhatIf.Of(picture.Assessment!, picture.Reading!.Factors, [KeyValuePair.Create("set-nlr", "0")])!;
        Assert.True(whatIf.Assessment.IsAssessable);
        Assert.False(picture.Assessment!.IsAssessable);
    }

    /// <summary>Every golden chart that is assessed, once.</summary>
    public sealed class Read : IAsyncLifetime
    {
        public IDictionary<string, Picture> Pictures { get; } = new Dictionary<string, Picture>(StringComparer.Ordinal);

        public async ValueTask InitializeAsync()
        {
            await using var pictures = new Pictures();
            foreach (var golden in GoldenCase.All.Where(golden => golden.Settings.Count == 0 && golden.Fhir is null && (int)golden.Expected["status"]! == 200))
            {
                if (await pictures.OfGoldenAsync(golden.Name) is { Assessment: not null } picture)
                    Pictures.Add(golden.Name, picture);
            }
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
